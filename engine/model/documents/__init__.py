"""What do a neighbour's texts say? JSON, XML, X12, EDIFACT, CSV and forms, each read into one tree."""
