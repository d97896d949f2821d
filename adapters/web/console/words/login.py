"""What does the page say on which one signs in?"""

WORDS = {
    "title": ("登录", "Sign in"),
    "lead": ("客服与调度台", "The desk of customer service and dispatch"),
    "name": ("工号", "User name"),
    "password": ("密码", "Password"),
    "enter": ("登录", "Sign in"),
    "wrong": ("工号或密码不对", "The user name or the password is wrong"),
    "wrong_next": ("请检查大小写。忘了密码,找管理员重设。", "Mind capitals. Forgotten? An administrator can set a new one."),
    "throttled": ("试错太多次,先停一停", "Too many wrong tries"),
    "throttled_next": ("{minutes} 分钟后再试,或找管理员。", "Try again in {minutes} minutes, or ask an administrator."),
    "nobody": ("还没有任何账号", "There are no accounts yet"),
    "nobody_next": ("请在服务器上建第一个管理员:", "Make the first administrator on the server:"),
    "ended": ("登录已结束,请重新登录。", "Your session has ended; please sign in again."),
    "out": ("已退出。", "You are signed out."),
}
