"""Why files cannot be read, in words that more than one reader needs."""

from __future__ import annotations

from moushi.errors import Words

A_FILE = Words("a file", "文件")
A_TABLE = Words("a table", "表格")
EMPTY = Words("it is empty", "文件为空")
PASSWORD = Words("it is protected by a password; save it without one", "文件有密码保护；请另存为无密码的文件")
CUT_OFF = Words("it is cut off or damaged", "文件不完整或已损坏")


def damaged(detail: str) -> Words:
    """Say that a file is damaged, and what its library says of it (in English, without content)."""
    return Words(f"{CUT_OFF.en} ({detail})", f"{CUT_OFF.zh}（{detail}）")
