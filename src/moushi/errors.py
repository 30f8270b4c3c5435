"""Every exception that Moushi raises, and the warning it gives.

The tree, by the part of the system that raises it::

    MoushiError
    ├── SettingsError
    │   ├── UnknownSetting (KeyError)
    │   └── InvalidSetting (ValueError)
    ├── TableError
    │   ├── MissingColumns (KeyError)
    │   └── InvalidRows (ValueError)
    ├── EngineError
    │   ├── TableNotFound (LookupError)
    │   ├── TableDamaged (OSError)
    │   └── DiskFull (OSError, Retryable)
    ├── WorkspaceError
    │   ├── WorkspaceNotFound (FileNotFoundError)
    │   ├── WorkspaceExists (FileExistsError)
    │   ├── WorkspaceBusy (TimeoutError, Retryable)
    │   ├── WorkspaceTooNew (ValueError)
    │   ├── DatabaseUnreachable (ConnectionError, Retryable)
    │   ├── DatabaseTaken (ValueError)
    │   └── BackupDamaged (ValueError)
    ├── TrustError
    │   ├── KeyMissing (FileNotFoundError)
    │   ├── KeyExposed (PermissionError)
    │   ├── KeyExists (FileExistsError)
    │   ├── KeyDamaged (ValueError)
    │   ├── TokenUnknown (LookupError)
    │   ├── VaultDamaged (ValueError)
    │   └── VaultUnreadable (OSError)
    ├── ModelError
    │   ├── ModelInvalid (ValueError)
    │   ├── ModelUnknown (LookupError)
    │   ├── GoldenUnreadable (ValueError)
    │   ├── ModelKeyMissing (LookupError)
    │   ├── ModelPriceMissing (ValueError)
    │   ├── ModelUnavailable (ConnectionError, Retryable)
    │   ├── ModelRejected (ValueError)
    │   ├── ModelAnswerInvalid (ValueError)
    │   └── ModelBudgetSpent (RuntimeError)
    ├── CollectError
    │   ├── SourceNotFound (FileNotFoundError)
    │   ├── SourceUnreadable (ValueError)
    │   ├── SourceTooLarge (ValueError)
    │   ├── MappingRefused (ValueError)
    │   ├── ContractBroken (ValueError)
    │   └── MappingInvalid (ValueError)
    ├── StageError
    │   ├── NotFitted (ValueError)
    │   ├── ModelOutdated (ValueError)
    │   ├── NotSupported (NotImplementedError)
    │   └── NotEnoughData (ValueError)
    ├── LedgerError
    │   ├── DecisionNotFound (LookupError)
    │   ├── DecisionClosed (ValueError)
    │   └── ReasonMissing (ValueError)
    ├── ThemeNotFound (LookupError)
    ├── TextNotFound (LookupError)
    ├── ThemesUnreadable (ValueError)
    ├── EvidenceInvalid (ValueError)
    ├── RunNotFound (LookupError)
    ├── RunForgotten (LookupError)
    └── MissingExtra (ImportError)

A leaf also inherits the builtin that a caller would catch without knowing
Moushi.  `Retryable` marks what may succeed when tried again unchanged.

Messages follow one pattern in both languages: what and where, what was
expected and what came, what to do now.  Fields hold names, counts and tokens,
never personal data.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal, NamedTuple

Language = Literal["en", "zh"]


class Words(NamedTuple):
    """A part of a message, in both languages; given as a field, it is said in the language of the message."""

    en: str
    zh: str


class Retryable(Exception):
    """Marks a fault that may pass when the same call is made again."""


class MoushiError(Exception):
    """Root of all errors; a message template per language and the facts that fill it.

    Parameters
    ----------
    **fields : the facts named in the class's template; kept as attributes

    Notes
    -----
    `str(error)` is the English message; `error.message("zh")` the Chinese one.
    Errors survive pickling, so that a worker process can raise them.
    """

    en: ClassVar[str] = "{detail}"
    zh: ClassVar[str] = "{detail}"
    exit_code: ClassVar[int] = 1

    def __init__(self, **fields: Any) -> None:
        self.fields = fields
        for name, value in fields.items():
            setattr(self, name, value)
        # The builtins that leaves inherit (OSError, KeyError) print their args.
        Exception.__init__(self, self.message("en"))

    def message(self, language: Language = "en") -> str:
        """Return the message in `language`, "en" or "zh"."""
        template = self.zh if language == "zh" else self.en
        fields = {name: getattr(value, language) if isinstance(value, Words) else value for name, value in self.fields.items()}
        return template.format(**fields)

    def __str__(self) -> str:
        return self.message("en")

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.fields)


def _rebuild(kind: type[MoushiError], fields: dict[str, Any]) -> MoushiError:
    return kind(**fields)


# --- settings ---------------------------------------------------------------


class SettingsError(MoushiError):
    """A setting is unknown or has a value it cannot have."""

    exit_code = 2


class UnknownSetting(SettingsError, KeyError):
    """A setting's name is not in the settings table."""

    en = "settings: unknown setting {name!r} in {where}. Valid settings are: {valid}."
    zh = "设置：{where} 中有未知的设置 {name!r}。可用的设置：{valid}。"


class InvalidSetting(SettingsError, ValueError):
    """A setting's value is not of its type or outside its range."""

    en = "settings: {name} = {value!r} in {where} is not {expected}. Set it to {expected}."
    zh = "设置：{where} 中的 {name} = {value!r} 不符合要求。应为：{expected}。"


# --- tables -----------------------------------------------------------------


class TableError(MoushiError):
    """Rows do not fit the definition of their table."""


class MissingColumns(TableError, KeyError):
    """A table lacks columns that its definition requires."""

    en = "{where}: table {table!r} lacks the columns {missing}; it has {present}. Add them or map them."
    zh = "{where}：表 {table!r} 缺少列 {missing}；现有 {present}。请补上或映射这些列。"


class InvalidRows(TableError, ValueError):
    """Rows break a type, null rule, range or key of their table."""

    en = "{where}: table {table!r} breaks its definition: {faults}. Correct the rows or quarantine them."
    zh = "{where}：表 {table!r} 不符合定义：{faults}。请更正这些行或将其隔离。"


# --- engine -----------------------------------------------------------------


class EngineError(MoushiError):
    """The engine could not read or write a table."""

    en = "engine: {detail}"
    zh = "引擎：{detail}"


class TableNotFound(EngineError, LookupError):
    """A table, or that version of it, is not in the lake."""

    en = "engine: table {table!r} at version {version} is not in the lake. Run `moushi verify` to see what is."
    zh = "引擎：数据湖中没有表 {table!r} 的版本 {version}。请运行 `moushi verify` 查看现有内容。"


class TableDamaged(EngineError, OSError):
    """A file of a table is gone or cannot be read."""

    en = "engine: table {table!r} cannot be read: {detail}. Run `moushi verify`, then `moushi restore` from a backup."
    zh = "引擎：无法读取表 {table!r}：{detail}。请运行 `moushi verify`，再用 `moushi restore` 从备份恢复。"
    exit_code = 5


class DiskFull(EngineError, OSError, Retryable):
    """The disk has no room for what is being written; nothing was acknowledged."""

    en = "engine: no space left while writing {where}; nothing of this step was kept. Free some space and run the same command again."
    zh = "引擎：写入 {where} 时磁盘空间不足；本步骤未保留任何内容。请清理空间后重新运行同一命令。"


# --- workspace --------------------------------------------------------------


class WorkspaceError(MoushiError):
    """The workspace folder is not as it should be."""


class WorkspaceNotFound(WorkspaceError, FileNotFoundError):
    """The folder is not a workspace."""

    en = "workspace: {path!r} is not a workspace (no moushi.toml). Make one with `moushi init {path}`."
    zh = "工作区：{path!r} 不是工作区（没有 moushi.toml）。请用 `moushi init {path}` 创建。"
    exit_code = 2


class WorkspaceExists(WorkspaceError, FileExistsError):
    """The folder already holds something."""

    en = "workspace: {path!r} already exists and is not empty. Choose another folder or open it as it is."
    zh = "工作区：{path!r} 已存在且不为空。请另选文件夹，或直接打开它。"
    exit_code = 2


class WorkspaceBusy(WorkspaceError, TimeoutError, Retryable):
    """Another process holds the lock that this work needs."""

    en = "workspace: another process is busy with {what} in {path!r}; waited {waited_s:.0f} s. Try again when it has finished."
    zh = "工作区：另一个进程正在 {path!r} 中进行{what}；已等待 {waited_s:.0f} 秒。请等它完成后再试。"


class WorkspaceTooNew(WorkspaceError, ValueError):
    """The workspace was written by a newer Moushi."""

    en = "workspace: {path!r} was written by a newer version of Moushi (schema {found}, this one knows {known}). Upgrade Moushi."
    zh = "工作区：{path!r} 由更新版本的 Moushi 写入（结构 {found}，当前支持 {known}）。请升级 Moushi。"


class DatabaseUnreachable(WorkspaceError, ConnectionError, Retryable):
    """The application database cannot be used."""

    en = "database: {url} cannot be used: {detail}. Check that the file can be written, or that the server runs and lets the user sign in and create tables."
    zh = "数据库：无法使用 {url}：{detail}。请检查文件是否可写，或服务器是否运行、该用户能否登录并建表。"


class DatabaseTaken(WorkspaceError, ValueError):
    """The application database holds the state of another workspace."""

    en = "database: {url} holds the state of another workspace. Give each workspace a database of its own in `database_url`."
    zh = "数据库：{url} 保存的是另一个工作区的状态。请在 `database_url` 中为每个工作区指定单独的数据库。"


class BackupDamaged(WorkspaceError, ValueError):
    """A backup file cannot be trusted."""

    en = "restore: backup {path!r} is damaged: {detail}. Nothing was restored; use another backup."
    zh = "恢复：备份 {path!r} 已损坏：{detail}。未恢复任何内容；请使用其他备份。"
    exit_code = 5


# --- trust ------------------------------------------------------------------


class TrustError(MoushiError):
    """Keys or the vault are not usable."""


class KeyMissing(TrustError, FileNotFoundError):
    """The workspace's key file is gone."""

    en = "trust: key file {path!r} is missing. Without it names cannot be shown again; put it back from your backup of the keys."
    zh = "信任：密钥文件 {path!r} 缺失。没有它就无法还原姓名；请从密钥备份中放回。"


class KeyExposed(TrustError, PermissionError):
    """Others on this machine may read the key file."""

    en = "trust: key file {path!r} has mode {mode}; others can read it. Run `chmod 600 {path}`."
    zh = "信任：密钥文件 {path!r} 的权限为 {mode}，他人可读。请运行 `chmod 600 {path}`。"


class KeyExists(TrustError, FileExistsError):
    """There is a key file already; keys are never overwritten."""

    en = "trust: key file {path!r} already exists; keys are not overwritten. Open the workspace as it is, or choose another folder."
    zh = "信任：密钥文件 {path!r} 已存在，不会覆盖。请直接打开该工作区，或另选文件夹。"


class KeyDamaged(TrustError, ValueError):
    """The key file does not hold the two keys."""

    en = "trust: key file {path!r} does not hold two 256-bit keys. Put it back from your backup of the keys."
    zh = "信任：密钥文件 {path!r} 中没有两个 256 位密钥。请从密钥备份中放回。"
    exit_code = 5


class TokenUnknown(TrustError, LookupError):
    """The vault has no original for a token."""

    en = "trust: the vault has no entry {token!r}. Check the token, and that the vault is this workspace's own."
    zh = "信任：保险库中没有条目 {token!r}。请检查该标记，并确认保险库属于本工作区。"


class VaultUnreadable(TrustError, OSError):
    """The vault's file cannot be opened or is not a vault."""

    en = "trust: vault {path!r} cannot be used: {detail}. Check its folder and rights, or restore it from a backup."
    zh = "信任：无法使用保险库 {path!r}：{detail}。请检查其文件夹与权限，或从备份恢复。"
    exit_code = 5


class VaultDamaged(TrustError, ValueError):
    """A vault entry does not open with the key, or was changed."""

    en = "trust: vault entry {token!r} does not open with this workspace's key. Check that keys and vault come from the same backup."
    zh = "信任：保险库条目 {token!r} 无法用本工作区的密钥打开。请确认密钥与保险库来自同一备份。"
    exit_code = 5


# --- language models --------------------------------------------------------


class ModelError(MoushiError):
    """A language model could not be asked, or gave no answer that can be used.

    `fields["kind"]` of the errors of a call is the word for it in `model_calls.outcome`.
    """


class ModelInvalid(ModelError, ValueError):
    """A [[model]] section of `moushi.toml` cannot be used."""

    en = "models: {where} is not right: {faults}. Correct it, or make it anew with `moushi model add`."
    zh = "模型：{where} 有误：{faults}。请更正，或用 `moushi model add` 重新添加。"
    exit_code = 2


class ModelUnknown(ModelError, LookupError):
    """No model has that name, or none the role that is asked for."""

    en = "models: there is no model {name!r} in this workspace; it has: {known}. Add one with `moushi model add`."
    zh = "模型：本工作区没有模型 {name!r}；现有：{known}。可用 `moushi model add` 添加。"
    exit_code = 2


class GoldenUnreadable(ModelError, ValueError):
    """A line of the golden texts cannot be read."""

    en = "models: line {line} of {where} is not a golden text. It is one JSON object with language, text, sentiment, aspects, intent, emotion and urgency; see docs/how-to/models.md."
    zh = "模型：{where} 第 {line} 行不是有效的标准样例。应为一个 JSON 对象，含 language、text、sentiment、aspects、intent、emotion、urgency；见 docs/how-to/models.zh-CN.md。"
    exit_code = 2


class ModelKeyMissing(ModelError, LookupError):
    """The key of a model is neither in the environment nor in the key file."""

    en = "models: model {model!r} needs a key: set the environment variable {variable}, or write a line {variable}=... into {path} (chmod 600)."
    zh = "模型：模型 {model!r} 需要密钥：请设环境变量 {variable}，或在 {path} 中写一行 {variable}=...（chmod 600）。"
    exit_code = 2


class ModelPriceMissing(ModelError, ValueError):
    """A budget in money is set, but it is not known what the model costs."""

    en = "models: a budget in money is set, but model {model!r} has no price. Give price_input and price_output in its [[model]] section, per million tokens."
    zh = "模型：已设金额预算，但模型 {model!r} 没有价格。请在其 [[model]] 小节中写明 price_input 与 price_output（每百万 token）。"
    exit_code = 2


class ModelUnavailable(ModelError, ConnectionError, Retryable):
    """A model could not be reached, failed, or is left alone after failing."""

    en = "models: model {model!r} is not available: {detail}. Try again later, or see `moushi model test {model}`."
    zh = "模型：模型 {model!r} 不可用：{detail}。请稍后再试，或运行 `moushi model test {model}` 查看。"


class ModelRejected(ModelError, ValueError):
    """A model's endpoint refused the question; asking again unchanged would not help."""

    en = "models: model {model!r} refused the question: {detail}. See `moushi model test {model}`."
    zh = "模型：模型 {model!r} 拒绝了请求：{detail}。请运行 `moushi model test {model}` 查看。"


class ModelAnswerInvalid(ModelError, ValueError):
    """A model answered, but not with what was asked for, and not after being told so either."""

    en = "models: the answer of model {model!r} to prompt {prompt!r} cannot be used: {faults}. Try another model; `moushi model bench` compares them."
    zh = "模型：模型 {model!r} 对提示词 {prompt!r} 的回答无法使用：{faults}。请换一个模型；`moushi model bench` 可作比较。"


class ModelBudgetSpent(ModelError, RuntimeError):
    """The budget of the run or the day does not allow another call."""

    en = "models: the budget {setting} = {limit} is spent: {spent} used, the next call may take {needed}. Raise {setting}, or wait for the next {period}."
    zh = "模型：预算 {setting} = {limit} 已用完：已用 {spent}，下一次调用最多需 {needed}。请提高 {setting}，或等到下一{period}。"


# --- collect ----------------------------------------------------------------


class CollectError(MoushiError):
    """A source could not be collected."""


class SourceNotFound(CollectError, FileNotFoundError):
    """The path to add leads to nothing."""

    en = "collect: {path!r} does not exist or holds no file that can be read. Give a file or a folder of CSV, Excel, JSON or Parquet files."
    zh = "收集：{path!r} 不存在，或其中没有可读取的文件。请给出 CSV、Excel、JSON 或 Parquet 文件或其文件夹。"
    exit_code = 2


class SourceUnreadable(CollectError, ValueError):
    """A file's content cannot be read as its kind."""

    en = "collect: {path!r} cannot be read as {kind}: {detail}. Nothing of it was loaded; export it again and add it again."
    zh = "收集：无法按 {kind} 读取 {path!r}：{detail}。未载入任何内容；请重新导出后再添加。"


class SourceTooLarge(CollectError, ValueError):
    """A file, or what it unpacks to, is over a limit that protects the machine."""

    en = "collect: {path!r} is over a limit: {detail}. Nothing of it was loaded; split it, or raise {setting} if you trust it."
    zh = "收集：{path!r} 超出限制：{detail}。未载入任何内容；请拆分文件，若信任该文件可调高 {setting}。"


class MappingRefused(CollectError, ValueError):
    """No mapping of a file's columns is certain enough to load it."""

    en = "collect: {path!r} was not loaded: its columns {columns} match no table well enough (best: {choices}). Say which table it is with `moushi add --table NAME`, or write the mapping in moushi.toml."
    zh = "收集：未载入 {path!r}：列 {columns} 与任何表都不够匹配（最接近：{choices}）。请用 `moushi add --table 表名` 指明，或在 moushi.toml 中写明映射。"
    exit_code = 3


class ContractBroken(CollectError, ValueError):
    """A file differs from the approved mapping of its kind."""

    en = "collect: {path!r} breaks the mapping {mapping!r}: {difference}. It is quarantined, nothing of it was loaded; correct the export, or approve the change with `moushi add --remap`."
    zh = "收集：{path!r} 不符合映射 {mapping!r}：{difference}。该文件已隔离，未载入；请更正导出，或用 `moushi add --remap` 批准变化。"
    exit_code = 3


class MappingInvalid(CollectError, ValueError):
    """A mapping in moushi.toml says something that cannot be."""

    en = (
        "collect: the mappings in {path!r} cannot be used: {faults}. Correct them there, or delete a [[mapping]] to have it proposed again."
    )
    zh = "收集：{path!r} 中的映射无法使用：{faults}。请在该文件中更正，或删除相应的 [[mapping]] 以便重新推断。"
    exit_code = 2


# --- stages -----------------------------------------------------------------


class StageError(MoushiError):
    """A stage or model could not do its work."""

    en = "{where}: {detail}"
    zh = "{where}：{detail}"


class NotFitted(StageError, ValueError):
    """A model was asked before it was fitted."""

    en = "{where}: this {model} is not fitted yet. Call fit(...) first."
    zh = "{where}：该 {model} 尚未训练。请先调用 fit(...)。"


class ModelOutdated(StageError, ValueError):
    """A saved model was learned by another version, or with other word vectors; read by this one, it would say something else."""

    en = "{where}: the model in {path!r} was learned with {found}, this version reads {expected}. Learn it anew with fit(...), then save(...)."
    zh = "{where}：{path!r} 中的模型是用 {found} 训练的，当前版本只能读取 {expected}。请用 fit(...) 重新训练，再用 save(...) 保存。"


class NotSupported(StageError, NotImplementedError):
    """An input is given that this version cannot use; it is refused rather than ignored."""

    en = "{where}: {what} cannot be used yet, and is refused rather than ignored. Call it without."
    zh = "{where}：目前还不能使用 {what}；为避免被悄悄忽略，已拒绝。请不要传入。"


class NotEnoughData(StageError, ValueError):
    """There is less data than the work needs."""

    en = "{where}: {found} {unit} found, at least {needed} are needed. Add more history."
    zh = "{where}：仅有 {found} {unit}，至少需要 {needed}。请添加更多历史数据。"


# --- ledger -----------------------------------------------------------------


class LedgerError(MoushiError):
    """The decision ledger refuses a change."""


class DecisionNotFound(LedgerError, LookupError):
    """No decision has that identifier."""

    en = "ledger: there is no decision {decision_id!r}. `moushi decisions` lists them."
    zh = "账本：没有决策 {decision_id!r}。`moushi decisions` 可列出全部决策。"
    exit_code = 2


class DecisionClosed(LedgerError, ValueError):
    """The decision was already approved, rejected or settled."""

    en = "ledger: decision {decision_id!r} is already {status}. A decided row is not changed; wait for the next run's decision."
    zh = "账本：决策 {decision_id!r} 已{status}。已定的记录不再更改；请等待下一次运行的决策。"
    exit_code = 2
    statuses: ClassVar[dict[str, str]] = {"approved": "批准", "rejected": "否决", "settled": "结算"}

    def message(self, language: Language = "en") -> str:
        """Return the message in `language`, the status in its words."""
        if language == "en":
            return super().message(language)
        return self.zh.format(**{**self.fields, "status": self.statuses.get(self.fields["status"], self.fields["status"])})


class ReasonMissing(LedgerError, ValueError):
    """A decision is rejected without a reason."""

    en = "ledger: rejecting decision {decision_id!r} needs a reason, so that Moushi can learn from it. Give one with `--reason`."
    zh = "账本：否决决策 {decision_id!r} 需要理由，以便谋士从中学习。请用 `--reason` 说明。"
    exit_code = 2


class ThemeNotFound(MoushiError, LookupError):
    """No theme, or more than one, goes by that identifier."""

    en = "themes: no single theme begins with {theme_id!r}. See `moushi themes list SHOP`."
    zh = "主题：没有唯一一个以 {theme_id!r} 开头的主题。请看 `moushi themes list 工作区`。"
    exit_code = 2


class TextNotFound(MoushiError, LookupError):
    """There is no text of that identifier."""

    en = "texts: there is no text {text_id!r}. Identifiers stand in the table `texts`."
    zh = "文本：没有标识为 {text_id!r} 的文本。标识见数据表 `texts`。"
    exit_code = 2


class ThemesUnreadable(MoushiError, ValueError):
    """The file of themes is not as it should be."""

    en = "themes: {path} cannot be read ({detail}): expected are tables with name_zh, name_en and merged_into as text and topics as a list of texts. Correct the file, or delete it to begin anew."
    zh = "主题：无法读取 {path}（{detail}）：应为若干表，其中 name_zh、name_en、merged_into 为文字，topics 为文字列表。请改正该文件，或删除它重新开始。"


class EvidenceInvalid(MoushiError, ValueError):
    """A fact could not be shown to people as what it says it is."""

    en = "evidence: fact {identifier!r} was expected to be {expected}. Correct the query that made it."
    zh = "证据：事实 {identifier!r} 应为{expected}。请更正生成它的查询。"


class RunNotFound(MoushiError, LookupError):
    """No run has that identifier."""

    en = "run: there is no run {run_id!r} in this workspace. `moushi run --list` lists them."
    zh = "运行：本工作区没有运行记录 {run_id!r}。`moushi run --list` 可列出。"
    exit_code = 2


class RunForgotten(MoushiError, LookupError):
    """The table versions that a run read are no longer kept."""

    en = "run: what run {run_id!r} read is no longer kept; the last {kept} runs can be repeated. `keep_runs` sets how many."
    zh = "运行：运行 {run_id!r} 所读取的内容已不再保留；只能重做最近 {kept} 次运行。可用 `keep_runs` 设置次数。"
    exit_code = 2


class MissingExtra(MoushiError, ImportError):
    """An optional dependency is not installed."""

    en = "{where}: needs {package!r}, which is not installed. Run `pip install 'moushi[{extra}]'`."
    zh = "{where}：需要未安装的 {package!r}。请运行 `pip install 'moushi[{extra}]'`。"


class DataWarning(UserWarning):
    """Something in the data is odd enough to say, not odd enough to stop."""
