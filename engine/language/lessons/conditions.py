"""What do the codes of conditions (C) mean? What an `if:` asks and cannot be answered."""

LESSONS = """
[C201]
查: any_of、none_of 后面不是列表。
因: 说不清是哪几个条件里的任何一个。
留: 不能留。
finds: `any_of` or `none_of` without a list.
matters: it does not say of which forms at least one, or none, must hold.
allow: never.
file: rules/sla.yaml
-       - {if: {tier: VIP}, limit: 20 min}
+       - {if: {any_of: {tier: VIP}}, limit: 20 min}
改:       - {if: {any_of: [{tier: VIP}, {city: 深圳}]}, limit: 20 min}
better:       - {if: {any_of: [{tier: VIP}, {city: 深圳}]}, limit: 20 min}

[C202]
查: 条件里的字段没有在流程的 fields 里登记。
因: 没登记的字段永远是空的,条件永远不成立,却没人知道。
留: 不能留。
finds: a field of a condition that the workflow does not declare.
matters: such a field is always blank, the condition never holds, and nobody would know.
allow: never.
file: rules/sla.yaml
-       - {if: {tier: VIP}, limit: 20 min}
+       - {if: {tire: VIP}, limit: 20 min}

[C203]
查: 比较的值不合字段的类型,例如数字字段写了“三件”。
因: 没法比较,遇到这一单时就答不上来。
留: 不能留。
finds: a compared value that does not fit the field's type, such as `三件` for a number.
matters: it cannot be compared, so the condition could not be answered.
allow: never.
file: rules/sla.yaml
-       - {if: {weight: {at_least: 50}}, limit: 25 min}
+       - {if: {weight: {at_least: 50公斤}}, limit: 25 min}

[C204]
查: 选项字段没有这个选项。
因: 这一行永远不成立;大小写也要一致。
留: 不能留。
finds: a value that is none of the field's choices.
matters: the row would never hold; upper and lower case count.
allow: never.
file: rules/sla.yaml
-       - {if: {tier: VIP}, limit: 20 min}
+       - {if: {tier: vip}, limit: 20 min}

[C205]
查: 不认识的比较词。
因: 比较只有固定的几个词,写错了不当作“不成立”,而是报错。
留: 不能留。
finds: an unknown comparison word.
matters: there is a closed list of them; a slip is an error and never quietly “no”.
allow: never.
file: rules/sla.yaml
-       - {if: {weight: {at_least: 50}}, limit: 25 min}
+       - {if: {weight: {at_last: 50}}, limit: 25 min}

[C206]
查: 这种字段不能这样比较,例如文字比大小。
因: 比出来没有意思。
留: 不能留。
finds: a comparison this type of field cannot take, such as a text that is `more_than`.
matters: the answer would mean nothing.
allow: never.
file: rules/sla.yaml
-       - {if: {tier: VIP}, limit: 20 min}
+       - {if: {city: {more_than: 3}}, limit: 20 min}

[C207]
查: if 后面是空的。
因: 空条件会变成“所有的单”,多半是忘了写。
留: 不能留;要管所有的单,就不写 if。
finds: an `if` with nothing behind it.
matters: it would be a catch-all, and was probably forgotten.
allow: never; for all cases leave `if` out.
file: rules/sla.yaml
-       - {if: {tier: VIP}, limit: 20 min}
+       - {if: {}, limit: 20 min}
"""
