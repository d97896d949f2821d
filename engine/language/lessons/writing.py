"""What do the codes of writing (Y) mean? Slips of the hand and of the input method, and what YAML would make of them."""

LESSONS = """
[Y001]
查: 行首用了制表符(Tab)缩进。
因: Tab 在每个编辑器里宽窄不一,YAML 不认它,这一行属于谁说不清。
留: 不能留。
finds: a line indented with a tab.
matters: a tab is as wide as each editor likes; YAML refuses it, for it cannot say to what the line belongs.
allow: never.
file: rules/calendars.yaml
-   desk:
+ ⇥desk:

[Y002]
查: 行首有全角空格。
因: 看起来和半角空格一样,YAML 却当作文字,这一行的层次就错了。
留: 不能留。
finds: a full-width space in the indentation.
matters: it looks like a blank and is a letter to YAML, so the line stands at the wrong level.
allow: never.
file: rules/calendars.yaml
-   desk:
+ 　desk:

[Y003]
查: 键的后面是全角冒号。
因: 中文输入法最常见的手误;YAML 会把整行当成一句话,再怪到下一行头上。
留: 不能留;正文里的全角冒号不受影响。
finds: a full-width colon after a key.
matters: the commonest slip of a Chinese input method; YAML would read the whole line as a text and blame the next one.
allow: never as syntax; inside a text it is welcome.
file: rules/calendars.yaml
-     label: 坐席
+     label：坐席

[Y004]
查: 冒号后面没有空格。
因: YAML 会把键和值连成一个词。
留: 不能留。
finds: no space after the colon of a key.
matters: YAML would read key and value as one word.
allow: never.
file: rules/calendars.yaml
-     label: 坐席
+     label:坐席

[Y005]
查: 列表的短横后面没有空格。
因: YAML 会把短横当成文字的一部分,列表就不成列表。
留: 不能留。
finds: no space after the dash of a list.
matters: YAML would read the dash as part of the text, and the list is none.
allow: never.
file: rules/calendars.yaml
-       - {days: mon-fri, open: 08:30-17:00}
+       -{days: mon-fri, open: 08:30-17:00}

[Y006]
查: 没加引号的文字里有“空格加 #”。
因: 从 # 起算注释,后半句悄悄丢了。
留: 本来就想写注释的可以留;它只是提醒。
finds: a blank and a # inside an unquoted text.
matters: what follows is a comment, and half of the sentence is silently lost.
allow: where a comment is meant; it is a warning.
file: rules/messages.yaml
-     label: 催发
+     label: 催发 #2号

[Y007]
查: 用中文引号“ ”括住一个值。
因: YAML 只认半角引号,中文引号会成为文字的一部分。
留: 不能留;正文里面的中文引号不受影响。
finds: a value in curly quotes.
matters: YAML knows straight quotes only; curly ones become part of the text.
allow: never around a value; inside a text they are welcome.
file: rules/calendars.yaml
-     label: 坐席
+     label: “坐席”

[Y008]
查: 列表 [ ] 或花括号 { } 里用了全角逗号、括号。
因: 两项会并成一项,名字也就对不上了。
留: 不能留。
finds: a full-width comma or bracket in a list or mapping.
matters: two items become one, whose name nobody knows.
allow: never.
file: rules/escalations.yaml
-       - {wait: 0 min, channel: sms, to: agent}
+       - {wait: 0 min, channel: [sms，phone], to: agent}

[Y010]
查: 括号、引号或缩进不成对,YAML 读不下去。
因: 这个文件后面的内容一概不知道,整个规则集不能用;原来的规则继续有效。
留: 不能留。
finds: brackets, quotes or levels that do not match: YAML cannot go on.
matters: nothing of the file is known from there on, and the rulebook is refused; the last good one stays in force.
allow: never.
file: rules/calendars.yaml
-       - {days: mon-fri, open: 08:30-17:00}
+       - {days: mon-fri, open: 08:30-17:00

[Y011]
查: 规则文件是空的,或只有注释。
因: 多半是存盘时出了错;当它没有,规则会悄悄少一块。
留: 不能留;不要的文件删掉。
finds: a rule file that is empty, or all comments.
matters: it was probably lost while saving; taking it as nothing would silently drop rules.
allow: never; delete a file that is not wanted.
file: rules/new.yaml
+ # 以后再写
改: 写上内容,或删掉这个文件
better: write its rules, or delete the file

[Y012]
查: 同一处把一个键写了两次。
因: 一般的 YAML 软件悄悄丢掉前一个,哪个有效谁也说不清。
留: 不能留。
finds: one key written twice in one place.
matters: other YAML tools silently drop the first, and nobody can say which holds.
allow: never.
file: rules/sla.yaml
-     limit: 30 min
+     limit: 30 min
+     limit: 45 min

[Y013]
查: 一层套一层,超过 24 层。
因: 规则用不到这么深,多半是括号写错了。
留: 不能留。
finds: more than 24 levels inside each other.
matters: no rule needs that; a bracket was probably mistyped.
allow: never.
file: rules/calendars.yaml
-     label: 坐席
+     label: [[[[[[[[[[[[[[[[[[[[[[[[[坐席]]]]]]]]]]]]]]]]]]]]]]]]]

[Y014]
查: 一个文件超过 256 KB 或 20000 项。
因: 太大的文件没有人看得过来,检查也会变慢。
留: 不能留。
finds: a file of more than 256 KB or 20,000 nodes.
matters: nobody can oversee it, and checking becomes slow.
allow: never.
例: rows: 后面写了三万行线路
改: rows_from: lanes.csv(长表写成 CSV 放在旁边)
example: thirty thousand lanes below `rows:`
better: `rows_from: lanes.csv`: a long table stands beside it as CSV

[Y016]
查: 一个文件里用 --- 分成几份。
因: 一个文件只说一种东西,第二份会被别的软件丢掉。
留: 不能留;分成几个文件。
finds: several documents in one file, divided by ---.
matters: a file says one kind of thing; other tools drop the second.
allow: never; make several files.
file: rules/calendars.yaml
- holidays:
+ ---
+ holidays:

[Y020]
查: 用了锚点(&)或别名(*)。
因: 改一处会悄悄改到另一处;要共用就起个名字。
留: 不能留;文字以 & 或 * 开头的加引号。
finds: an anchor (&) or an alias (*).
matters: an edit in one place would silently change another; what is shared gets a name.
allow: never; quote a text that begins with & or *.
file: rules/calendars.yaml
-   desk:
+   desk: &desk

[Y021]
查: 值的前面有标签(!)。
因: 标签会改变值的类型;感叹号开头的文字也会被当成标签。
留: 不能留;文字以 ! 开头的加引号。
finds: a tag (!) before a value.
matters: a tag changes what a value is; a text that begins with ! is taken for one.
allow: never; quote a text that begins with !.
file: rules/calendars.yaml
-     label: 坐席
+     label: !坐席

[Y022]
查: 键不是一个词,而是列表或一组键。
因: 没有名字就没法引用它。
留: 不能留。
finds: a key that is a list or a mapping, not a word.
matters: what has no name cannot be named.
allow: never.
file: rules/calendars.yaml
-     label: 坐席
+     [label]: 坐席

[Y023]
查: 用 << 合并别处的内容。
因: 看这一处看不全规则,改别处却会改到这里。
留: 不能留;写全,或起个名字引用。
finds: a merge key <<.
matters: the rule cannot be read in one place, and an edit elsewhere changes it.
allow: never; write it out, or refer to it by name.
file: rules/calendars.yaml
-     label: 坐席
+     <<: {label: 坐席}

[Y024]
查: 花括号里没加引号的文字中有半角逗号,后面没有空格。
因: 我们当作正文,别的软件(包括编辑器)会在这里断开。
留: 只用本软件时可以留;它只是说明。
finds: a plain comma without a blank after it, in an unquoted text inside braces.
matters: we read it as part of the text; other tools, editors too, end the value there.
allow: where no other tool reads the files; it is an information.
file: rules/sla.yaml
-           - {task: 致电收件人, for: agent, asks: [signed, failed]}
+           - {task: 致电收件人,问明原因, for: agent, asks: [signed, failed]}
better: `"致电收件人,问明原因"` in quotes, or the full-width “，”
改: 加引号 "致电收件人,问明原因",或用全角“，”
"""
