"""What does the page of login sessions say?"""

WORDS = {
    "title": ("登录", "Sign-ins"),
    "user": ("用户", "User"),
    "began": ("登录于", "Signed in"),
    "seen": ("最后用于", "Last used"),
    "address": ("地址", "Address"),
    "browser": ("浏览器", "Browser"),
    "end": ("结束", "End"),
    "end_all": ("结束他的全部", "End all of this user"),
    "this": ("就是您现在这个", "this one is yours"),
    "ended": ("已结束", "Ended"),
    "note": ("30 分钟不用就结束,最长 12 小时。", "A session ends after 30 minutes without use, and after 12 hours."),
}
