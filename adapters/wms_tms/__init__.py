"""How do we speak with a WMS, a TMS or a carrier?"""
