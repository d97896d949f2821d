"""How are a request, a session, a poll and a drop folder read out?"""

from collections.abc import Iterator, Mapping

from engine.model.connection import Connection, Drop, Login, Outgoing, Poll, Retry, Secret, Sftp
from engine.reports.sentences_words import Sentence, Tongue


def ways(tongue: Tongue, connection: Connection) -> Iterator[Sentence]:
    """Session, secrets, poll and folder of one connection."""
    span = connection.span
    if connection.login is not None:
        yield tongue.sentence("login", ("先登录:", "a session first: "), _login(tongue, connection.login), span)
    for name, secret in sorted(connection.secrets.items()):
        yield tongue.sentence(f"secret/{name}", (f"密钥 {name} 在:", f"secret {name} lies in "), secret.reference, span)
    if connection.poll is not None:
        yield tongue.sentence("poll", ("定时去问:", "asked every so often: "), _poll(tongue, connection.poll), span)
    if connection.drop is not None:
        yield tongue.sentence("drop", ("收文件:", "files are taken up: "), _drop(tongue, connection.drop), span)


def request(tongue: Tongue, asked: Outgoing) -> str:
    """One request, its answer, and what is done when it fails."""
    if asked.human:
        return tongue.of("对方做不了,由人来做", "the neighbour cannot do it: a person does")
    said = [f"{asked.method} {asked.path}", *_body(tongue, asked)]
    if asked.private_ok:
        said.append(
            tongue.of(f"可以交给对方的个人信息 {'、'.join(asked.private_ok)}", f"the neighbour may have {', '.join(asked.private_ok)}")
        )
    if asked.ok_when:
        said.append(tongue.of(f"回答 {_pairs(asked.ok_when)} 才算成功", f"a yes only where {_pairs(asked.ok_when)}"))
    if asked.refused_when:
        said.append(tongue.of(f"回答 {_pairs(asked.refused_when)} 算拒绝", f"a no where {_pairs(asked.refused_when)}"))
    if asked.reason_at:
        said.append(tongue.of(f"拒绝的原因在 {asked.reason_at}", f"the reason of a no stands at {asked.reason_at}"))
    if asked.reference_at or asked.save_as:
        said.append(
            tongue.of(
                f"对方的编号 {asked.reference_at} 记到 {asked.save_as}", f"its number {asked.reference_at} is kept as {asked.save_as}"
            )
        )
    if asked.retry is not None:
        said.append(_retry(tongue, asked.retry))
    if asked.status_of is not None:
        said.append(tongue.of("结果不明时再问:", "asked after when the answer is lost: ") + request(tongue, asked.status_of))
    return tongue.of(",", ", ").join(said)


def _body(tongue: Tongue, asked: Outgoing) -> Iterator[str]:
    for words, body in (
        (("正文", "body"), asked.json), (("XML 正文", "XML body"), asked.xml), (("文字正文", "text body"), asked.text),
        (("表单", "form"), _pairs(asked.form) or None), (("请求头", "headers"), _pairs(asked.headers) or None),
    ):  # fmt: skip
        if body is not None:
            yield f"{tongue.of(*words)} {body}"


def _retry(tongue: Tongue, retry: Retry) -> str:
    when = tongue.of("、", ", ").join(retry.when)
    waits = tongue.of("、", ", ").join(tongue.seconds(one) for one in retry.waits)
    waited = tongue.of(f",间隔 {waits}", f", after {waits}") if retry.waits else ""
    return tongue.of(f"遇到 {when} 重试,最多 {retry.times} 次", f"tried again on {when}, {retry.times} times at most") + waited


def _login(tongue: Tongue, login: Login) -> str:
    said = [
        request(tongue, login.request),
        tongue.of(f"令牌在回答的 {login.token_at}", f"the token stands at {login.token_at}"),
        tongue.of(f"放进请求头 {login.header}: {login.prefix}", f"and goes into the header {login.header}: {login.prefix}"),
        tongue.of(f"用 {tongue.seconds(login.keep_seconds)}", f"kept for {tongue.seconds(login.keep_seconds)}"),
    ]
    return tongue.of(",", ", ").join(said)


def _poll(tongue: Tongue, poll: Poll) -> str:
    said = [
        tongue.of(f"每 {tongue.seconds(poll.every_seconds)}", f"every {tongue.seconds(poll.every_seconds)}"),
        request(tongue, poll.request),
        tongue.of(f"每次往前多问 {tongue.seconds(poll.overlap_seconds)}", f"asking back over {tongue.seconds(poll.overlap_seconds)}"),
        tongue.of(
            f"第一次问最近 {tongue.seconds(poll.first_seconds)}", f"the first time over the last {tongue.seconds(poll.first_seconds)}"
        ),
        tongue.of(
            f"时间写成 {poll.format or 'ISO 8601'} {poll.timezone or 'UTC'}",
            f"times as {poll.format or 'ISO 8601'} {poll.timezone or 'UTC'}",
        ),
        tongue.of(f"从第 {poll.page_first} 页起", f"from page {poll.page_first}"),
    ]
    if poll.page_size is not None:
        said.append(tongue.of(f"每页 {poll.page_size} 条", f"{poll.page_size} a page"))
    if poll.next_at:
        said.append(tongue.of(f"下一页看 {poll.next_at}", f"the next page by {poll.next_at}"))
    if poll.at_most is not None:
        said.append(tongue.of("最多 ", "at most ") + tongue.cap(poll.at_most))
    if poll.fetch is not None:
        each = f"{poll.fetch.each} {poll.fetch.id_at}"
        said.append(tongue.of(f"再逐份去取({each}):", f"then each is fetched ({each}): ") + request(tongue, poll.fetch.request))
    return tongue.of(",", ", ").join(said)


def _drop(tongue: Tongue, drop: Drop) -> str:
    said = [
        drop.folder.reference if isinstance(drop.folder, Secret) else drop.folder,
        tongue.of("收 ", "takes ") + " ".join(drop.take),
        tongue.of(f"{tongue.seconds(drop.rest_seconds)}没有再变才收", f"once unchanged for {tongue.seconds(drop.rest_seconds)}"),
        tongue.of(f"收完放到 {drop.archive}", f"done ones go to {drop.archive}"),
        tongue.of(f"读不了的放到 {drop.quarantine}", f"unreadable ones to {drop.quarantine}"),
    ]
    if drop.answers:
        said.append(tongue.of(f"回执放到 {drop.answers}", f"answers to {drop.answers}"))
    if drop.sftp is not None:
        said.append(_sftp(tongue, drop.sftp))
    return tongue.of(",", ", ").join(said)


def _sftp(tongue: Tongue, sftp: Sftp) -> str:
    said = [f"SFTP {sftp.user}@{sftp.host}:{sftp.port}", tongue.of("主机公钥 ", "host key ") + sftp.host_key]
    for words, secret in ((("密码在 ", "password in "), sftp.password), (("私钥在 ", "key in "), sftp.key)):
        if secret is not None:
            said.append(tongue.of(*words) + secret.reference)
    return tongue.of(",", ", ").join(said)


def _pairs(pairs: Mapping[str, str]) -> str:
    return " ".join(f"{key}={value}" for key, value in sorted(pairs.items()))
