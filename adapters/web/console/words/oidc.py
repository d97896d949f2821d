"""What is said to whoever signs in with the company's account?"""

WORDS = {
    "button": ("用公司账号登录", "Sign in with the company account"),
    "or": ("或者", "or"),
    "away": ("公司的登录服务现在连不上", "The company's sign-in service does not answer"),
    "away_next": ("过一会儿再试;有本地密码的人可以用密码登录。", "Try again in a while; whoever has a password here can use it."),
    "refused": ("这次登录没有通过核对", "This sign-in could not be believed"),
    "refused_next": ("请回登录页再来一次;总是这样,找管理员看服务日志。", "Begin again at the login page; if it stays so, an administrator finds the reason in the log."),
    "cancelled": ("公司的登录服务没有让你通过", "The company's sign-in service did not let you through"),
    "cancelled_next": ("请回登录页再来一次,或找管理员。", "Begin again at the login page, or ask an administrator."),
    "no_access": ("公司账号认得你,但你没有这里的权限", "Your company account is known, but it has no access here"),
    "no_access_next": ("请管理员把你加进一个有权限的组,再登录一次。", "Ask an administrator to put you into a group that has access, then sign in again."),
    "disabled": ("这个账号在这里已停用", "This account is disabled here"),
    "disabled_next": ("要恢复,找管理员。", "An administrator can enable it."),
}  # fmt: skip
