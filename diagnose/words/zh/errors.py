"""The sentences of errors, in Chinese: what is wrong with the command line or a file. The keys are the English ones."""

from __future__ import annotations

ERRORS: dict[str, str] = {
    "{path} cannot be read: {why}.": "无法读取 {path}：{why}。",
    (
        "No Python or Node of an app was found: VIRTUAL_ENV and CONDA_PREFIX are not set, and no "
        "folder from here up has .venv, venv or node_modules. Name it: --runtime PATH, a virtual "
        "environment, an interpreter or the app's script."
    ): (
        "没有找到应用的 Python 或 Node：没有设置 VIRTUAL_ENV 和 COND"
        "A_PREFIX，当前目录及上级目录里也没有 .venv、venv 或 node_modu"
        "les。请用 --runtime PATH 指定：虚拟环境、解释器或应用的脚本。"
    ),
    "{path} holds neither a virtual environment nor node_modules.": "{path} 里既没有虚拟环境，也没有 node_modules。",
    "There is no {path}.": "{path} 不存在。",
    "There is no node on PATH; name it: --runtime PATH": "PATH 中没有 node；请指定：--runtime PATH",
    "{path} names no interpreter: it is neither Python, Node nor a script of one.": (
        "{path} 没有指出解释器：它既不是 Python、Node，也不是它们的脚本。"
    ),
    (
        "{path} was found in this folder, and to ask it runs programs of the folder. If you trust "
        "them: --runtime {path}"
    ): ("在当前目录里找到 {path}，而检查它会运行该目录中的程序。如果你信任它们：--runtime {path}"),
    "--run-client needs --app with one of these: {names}.": "--run-client 需要用 --app 指定以下之一：{names}。",
    "--run-client cannot run {name}; it runs: {names}.": "--run-client 不能运行 {name}；能运行的有：{names}。",
    "--run-client runs {name} with its own settings: leave out {option}.": (
        "--run-client 用 {name} 自己的设置运行它：请去掉 {option}。"
    ),
    "the address": "地址",
    "--client-program: {path} is no program that can be started.": "--client-program：{path} 不是可以启动的程序。",
    "{program} is not on PATH (programs in this folder do not count). Name it with --client-program.": (
        "PATH 中没有 {program}（当前目录中的程序不算）。请用 --client-program 指定。"
    ),
    "--run-client asks before it starts another program: add --yes, or use a terminal.": (
        "--run-client 启动其他程序前会询问：请加 --yes，或在终端中使用。"
    ),
    "--client-program belongs to --run-client.": "--client-program 只能与 --run-client 一起使用。",
    "it is not a bundle of facts: it has no schema": "它不是资料包：没有 schema",
    "it is not JSON: {detail}": "它不是 JSON：{detail}",
    "its schema {name} is not one that this version knows: {names}": "它的 schema {name} 不是本版本认识的：{names}",
    "it has an unknown table {name}": "它含有未知的表 {name}",
    "its date is not a day such as 2026-12-15": "它的日期不是 2026-12-15 这样的日期",
    "its version is not a short text": "它的 version 不是一段短文字",
    "it took longer than {seconds} s": "用时超过 {seconds} 秒",
    "the server answered {code}": "服务器返回 {code}",
    "it is larger than {size}": "它大于 {size}",
    "--sha256 is not a checksum of {count} hexadecimal digits": "--sha256 不是 {count} 位十六进制的校验和",
    "its SHA-256 is {detail}, not {wanted}": "它的 SHA-256 是 {detail}，不是 {wanted}",
    "its facts are of {date}, which is not newer than those in use, {newer}": (
        "其中的资料日期为 {date}，不比正在使用的（{newer}）新"
    ),
    "{path} belongs to another user": "{path} 属于另一个用户",
    "{path} cannot be written: {why}": "无法写入 {path}：{why}",
    "{path} cannot be removed: {why}": "无法删除 {path}：{why}",
    "{path} has no fact files; name the folder of a checkout": "{path} 里没有资料文件；请指定源码目录",
    "it does not exist": "它不存在",
    "it leads to an address without https": "它跳转到了非 https 的地址",
    "it is no address": "它不是地址",
    "a bundle is fetched by https alone": "资料包只能通过 https 获取",
    "the address holds a user name or a password": "地址中含有用户名或密码",
    "a bundle from the network needs --sha256, its checksum from a place you trust": (
        "从网络获取资料包需要 --sha256，即来自可信渠道的校验和"
    ),
    "there is no folder of the user's own to keep it in": "用户没有可存放它的目录",
    "it is neither models.dev's api.json nor one of LiteLLM's lists": (
        "它既不是 models.dev 的 api.json，也不是 LiteLLM 的列表"
    ),
    "it is not JSON": "它不是 JSON",
    "it is nested too deeply": "它嵌套过深",
    "{name} is none of: {names}.": "{name} 不是以下之一：{names}。",
    "Name the file after `{name}`.": "请在 `{name}` 后面写上文件。",
    "This takes no file: {name}.": "这个命令不接受文件：{name}。",
    "--sha256 belongs to `facts update`.": "--sha256 只用于 `facts update`。",
    "-o belongs to `facts export`.": "-o 只用于 `facts export`。",
    "The bundle {path} is refused: {why}.": "资料包 {path} 被拒绝：{why}。",
    "--strict and --day belong to --age.": "--strict 和 --day 只用于 --age。",
    "--day is not a day such as 2026-12-15.": "--day 不是 2026-12-15 这样的日期。",
    "--age takes no name.": "--age 不接受名称。",
    "{shown} cannot be read: {why}.": "无法读取 {shown}：{why}。",
    "{path} cannot be written: {why}.": "无法写入 {path}：{why}。",
    "{path} cannot be used: {why}.": "无法使用 {path}：{why}。",
    "{path} has changed in the meantime; nothing was written.": "{path} 在此期间被改动过，没有写入任何内容。",
    "{path} exists already. Use --force to replace it.": "{path} 已存在。要覆盖它，请加 --force。",
    "{path}: {why}.": "{path}：{why}。",
    "{detail}.": "{detail}。",
    "{path} does not exist.": "{path} 不存在。",
    "{path} is a file, not a folder.": "{path} 是文件，不是目录。",
    "{path} is a folder, not a file.": "{path} 是目录，不是文件。",
    "{path} may not be read.": "没有读取 {path} 的权限。",
    "{path} is not read: {why}. Name it with --config if it is yours.": (
        "没有读取 {path}：{why}。如果它是你的文件，请用 --config 指定。"
    ),
    (
        "{path} is a link to a file outside this folder, so nothing is written through it. Name a file with -o."
    ): "{path} 是指向当前目录之外的链接，因此不通过它写入。请用 -o 指定文件。",
    "it is not UTF-8 text": "不是 UTF-8 文本",
    "it is too large": "文件太大",
    "it may not be read": "没有读取权限",
    "it is no regular file": "不是普通文件",
    "it is a link that leads out of its folder": "是指向所在目录之外的链接",
    "it belongs to another user": "属于其他用户",
    "everybody on this machine may write to it": "本机上任何人都能写入它",
    "reading it would take too much time or memory": "读取它要花太多时间或内存",
    "it is neither a report nor a saved run": "既不是报告，也不是保存的运行记录",
    "it is not a run that `check --save` kept; for a report or an error text use `llmdoctor explain --file`": (
        "不是 `check --save` 保存的运行记录；报告或报错文字请用 `llmdoctor explain --file`"
    ),
    "it is not a report of llmdoctor": "不是 llmdoctor 的报告",
    "it is not a whole report: its verdict or its probes are missing": "报告不完整：缺少结论或各项检查",
    "it is not a saved run of llmdoctor": "不是 llmdoctor 保存的运行记录",
    "it is not JSON that can be read: it is nested too deeply": "不是可读的 JSON：嵌套太深",
    "the run cannot be read: it is nested too deeply": "无法读取运行记录：嵌套太深",
    "the run cannot be judged: it is about a protocol that this version does not know": (
        "无法评判这次运行：其中的协议是本版本不认识的"
    ),
    "There is no standard input.": "没有标准输入。",
    "Standard input cannot be read: {why}.": "无法读取标准输入：{why}。",
    "Standard input cannot be read: it is larger than {size}.": "无法读取标准输入：内容超过 {size}。",
    "Standard input has ended before the question was answered.": "问题还没有回答，标准输入就结束了。",
    "Standard output cannot be written: {why}.": "无法写入标准输出：{why}。",
    "--as-client needs --app NAME: the app whose request it sends": "--as-client 需要 --app 名称：发送哪个应用的请求",
    "The request of {app} was not recorded. These were: {names}": "没有录过 {app} 的请求。录过的有：{names}",
    "Did you mean {names}?": "是不是想用：{names}？",
    "There is no option {name}. {hint}": "没有 {name} 这个选项。{hint}",
    "There is no command {name}. {hint}": "没有 {name} 这个命令。{hint}",
    "--credential is one of {names}.": "--credential 只能是 {names} 之一。",
    "There is no app named {name}. {hint}": "没有名为 {name} 的应用。{hint}",
    "There is nothing to check for {name}. {hint}": "{name} 没有可检查的内容。{hint}",
    "It takes no base URL: it offers only the models of its vendor's own service, with its own login.": (
        "它不支持自定义 Base URL，登录后只能使用厂商自家服务提供的模型。"
    ),
    "It takes a key of yours for the providers of its own list, but no base URL.": (
        "它只能为内置列表里的服务商填写密钥，不支持自定义 Base URL。"
    ),
    "It sends no requests: it writes the settings of other apps. Check those: {names}.": (
        "它自己不发请求，只改写其他应用的设置。请检查那些应用：{names}。"
    ),
    "There is no provider named {name}. {hint}": "没有名为 {name} 的服务商。{hint}",
    "There is no fault named {name}. {hint}": "没有名为 {name} 的故障。{hint}",
    "There is no snippet for {name}. {hint}": "没有 {name} 的代码片段。{hint}",
    "There is no target or provider named {name}. {hint}": "没有名为 {name} 的目标或服务商。{hint}",
    "There is no target {name} in {where} (its targets: {known}). {hint}": (
        "{where} 里没有目标 {name}（已有：{known}）。{hint}"
    ),
    "There is no target {name}: {path} is not read, since {why}.": "没有目标 {name}：没有读取 {path}，因为{why}。",
    "A base URL begins with https://. `llmdoctor doors` lists the providers.": (
        "Base URL 以 https:// 开头。用 `llmdoctor doors` 查看所有服务商。"
    ),
    "`llmdoctor apps` lists them.": "用 `llmdoctor apps` 查看所有应用。",
    (
        "No AWS region is set for {name}. Set AWS_REGION (boto3: AWS_DEFAULT_REGION), or region in the profile of "
        "~/.aws/config, or give the whole base URL, which looks like {base_url}"
    ): "没有为 {name} 设置 AWS 区域。请设置 AWS_REGION（boto3 用 AWS_DEFAULT_REGION），或在 ~/.aws/config 设置 region，"
    "或给出完整的 Base URL，形如 {base_url}",
    (
        "{name} gives each customer a base URL of their own. Give the whole base URL, which looks like {base_url}"
    ): "{name} 给每个客户单独的 Base URL。请写出完整的 Base URL，形如 {base_url}",
    "No base URL of {name} is known here. Give the whole base URL": "这里没有记录 {name} 的 Base URL。请写出完整地址",
    "{name} is missing.": "缺少 {name}。",
    "{name} needs a value.": "{name} 后面要有值。",
    "{name} takes no value.": "{name} 不带值。",
    "{name} must be one of {names}. {hint}": "{name} 只能是：{names}。{hint}",
    "{name} must be a number.": "{name} 必须是数字。",
    "{name} must be a number from {least} to {most}.": "{name} 必须是 {least} 到 {most} 之间的数字。",
    "{name} must be a number from {least} upwards.": "{name} 必须是不小于 {least} 的数字。",
    "There is one argument too many: {names}.": "多了参数：{names}。",
    "Give a FAULT or --protocol, not both.": "故障名和 --protocol 只能给一个。",
    "--list and --revoke exclude each other.": "--list 和 --revoke 不能同时使用。",
    "--all belongs to --revoke, without a folder.": "--all 只能和 --revoke 一起使用，并且不带目录。",
    "FOLDER must be a folder that exists.": "FOLDER 必须是已有的目录。",
    "--count works only together with --watch.": "--count 只能和 --watch 一起使用。",
    "--env-file and --no-env exclude each other.": "--env-file 和 --no-env 不能同时使用。",
    "--proxy and --no-proxy exclude each other.": "--proxy 和 --no-proxy 不能同时使用。",
    "--curl brings its own base URL and key; leave out the other ones.": (
        "--curl 自带 Base URL 和密钥，请去掉另外给出的。"
    ),
    "say either --write DIR or --check DIR": "--write DIR 和 --check DIR 二选一",
    "Give a text or --file, not both.": "文字和 --file 只能给一个。",
    "Give a code, a text, or - to read standard input.": "请给出代码、报错文字，或用 - 从标准输入读取。",
    "The base URL is given twice, as an argument and with --base-url.": "Base URL 给了两次：参数和 --base-url。",
    "The key is given twice, with {names}.": "密钥给了两次：{names}。",
    "The file {path} that --env-file names does not exist.": "--env-file 指定的文件 {path} 不存在。",
    "The file {path} cannot be read: {why}.": "无法读取文件 {path}：{why}。",
    "The file {name} that --config names does not exist.": "--config 指定的文件 {name} 不存在。",
    "--protocol must be one of {names}.": "--protocol 只能是：{names}。",
    "{option} must be a number of seconds above 0, and no more than a month.": (
        "{option} 必须是大于 0 的秒数，最长一个月。"
    ),
    "--header is given {count} times; at most {most} are allowed.": "--header 给了 {count} 次，最多 {most} 次。",
    "--header must be 'NAME: VALUE', with a colon after the name.": ("--header 要写成 'NAME: VALUE'，名称后面有冒号。"),
    "--header{shown} cannot be sent. {why}.": "--header{shown} 无法发送。{why}。",
    "Its name must be letters, digits and dashes": "名称只能由字母、数字和连字符组成",
    "HTTP itself sets this header": "这个请求头由 HTTP 自己设置",
    "Its value has a control character, or a character that is not ASCII": "值里有控制字符或非 ASCII 字符",
    "Its value is too long": "值太长",
    "--connect-to must be HOST:PORT:ADDR:PORT, an IPv6 address in brackets.": (
        "--connect-to 要写成 HOST:PORT:ADDR:PORT，IPv6 地址放在方括号里。"
    ),
    "--dns-server {address} is not an address; it must be ADDR or ADDR:PORT.": (
        "--dns-server {address} 不是地址，要写成 ADDR 或 ADDR:PORT。"
    ),
    "The file {path} with extra root certificates ({source}) does not exist.": (
        "附加根证书的文件 {path}（{source}）不存在。"
    ),
    "The file {path} with extra root certificates ({source}) has no certificate in PEM form.": (
        "附加根证书的文件 {path}（{source}）里没有 PEM 格式的证书。"
    ),
    "{path} with extra root certificates ({source}) cannot be read: {why}.": (
        "无法读取附加根证书的文件 {path}（{source}）：{why}。"
    ),
    "--slo: {detail}.": "--slo：{detail}。",
    "a limit is written NAME=TIME, as in {example}": "限度要写成 NAME=TIME，例如 {example}",
    "{name} is limited twice": "{name} 的限度给了两次",
    "there is no limit{shown}; known limits: {names}": "没有这个限度{shown}；可用的有：{names}",
    "the limit of {name} must be a number above 0 with its unit, ms, s, m, h or d, as in 2s": (
        "{name} 的限度必须是大于 0 的数字加单位（ms、s、m、h 或 d），例如 2s"
    ),
    "{name} does not speak {protocol}, but {names}.": "{name} 不支持 {protocol} 协议，它支持：{names}。",
    "{what} ({source}) has {count} characters; at most {most} are allowed.": (
        "{what}（{source}）有 {count} 个字符，最多 {most} 个。"
    ),
    "The model's name": "模型名",
    "The API version": "API 版本",
    "The proxy": "代理",
    "The list of hosts without a proxy": "不走代理的主机列表",
    "The path of the CA bundle": "CA 证书文件的路径",
    "There is no key: the value is empty.": "没有密钥：值是空的。",
    "There is no key. Name its variable with --key-env, or pipe it in.": (
        "没有密钥。请用 --key-env 指定变量，或通过管道传入。"
    ),
    "Give the key once: as an argument or with --key-env.": "密钥只给一次：作为参数，或用 --key-env。",
    "--key-env takes the name of a variable, not a key.": "--key-env 后面是变量名，不是密钥。",
    "The variable {name} is not set.": "变量 {name} 没有设置。",
    "The key cannot be read from {shown}: {why}.": "无法从 {shown} 读取密钥：{why}。",
    "{why}: give it with --key-env, --key-file or --key-stdin.": (
        "{why}：请用 --key-env、--key-file 或 --key-stdin 给出。"
    ),
    "A command gives the key of {name}, and none is run here": "{name} 的密钥由一条命令给出，而这里不运行任何命令",
    "The key of {name} is in the system's keychain": "{name} 的密钥在系统钥匙串里",
    "The project's file refers to a key of {name} in a file that is not the project's": (
        "项目文件引用的 {name} 密钥在项目之外的文件里"
    ),
    "The curl command names no address.": "curl 命令里没有地址。",
    "The text holds no curl command.": "这段文字里没有 curl 命令。",
    "The curl command has a {quote} that is never closed.": "curl 命令里的 {quote} 没有闭合。",
    "The command's address is in the variable {name}, which is not set here.": (
        "命令的地址在变量 {name} 里，而这里没有设置它。"
    ),
    "This is PowerShell's own command; --curl reads curl's. A browser copies it as cURL.": (
        "这是 PowerShell 自己的命令，而 --curl 只读 curl 命令。浏览器里请选“复制为 cURL”。"
    ),
    "{shown}:{line} is not TOML: {detail}.": "{shown}:{line} 不是有效的 TOML：{detail}。",
    "{shown} is not a settings file: it is nested too deeply, or a number in it is too large.": (
        "{shown} 不是设置文件：嵌套太深，或其中的数字太大。"
    ),
    "No settings were found here that could be written.": "这里没有找到可以写入的设置。",
    "{where}: no such field. {hint}": "{where}：没有这个字段。{hint}",
    "Known fields: {names}.": "可用的字段：{names}。",
    "{where}: {detail}.": "{where}：{detail}。",
    "{where} must be a table: [targets.NAME].": "{where} 必须是表：[targets.NAME]。",
    "{where} must be a table: [{table}].": "{where} 必须是表：[{table}]。",
    "{where} must be a text in quotes.": "{where} 必须是带引号的文本。",
    "{where}: {kind} must be a text in quotes.": "{where}：{kind} 必须是带引号的文本。",
    "{where} must be true or false.": "{where} 必须是 true 或 false。",
    "{where} must be a number of seconds above 0, and no more than a month.": (
        "{where} 必须是大于 0 的秒数，最长一个月。"
    ),
    "{where} must be one of {names}.": "{where} 只能是：{names}。",
    "{where} must be a list of HOST:PORT:ADDR:PORT.": "{where} 必须是 HOST:PORT:ADDR:PORT 的列表。",
    '{where} must be a table of at most {most} headers: { "X-Name" = { env = "NAME" } }.': (
        '{where} 必须是表，最多 {most} 个请求头：{ "X-Name" = { env = "NAME" } }。'
    ),
    "{where}: {name} is set by HTTP itself.": "{where}：{name} 由 HTTP 自己设置。",
    "{where}: one name is not a header's name.": "{where}：有一个名称不能用作请求头。",
    '{source} must be a text of one line in quotes, or { env = "NAME" }.': (
        '{source} 必须是带引号的单行文本，或 { env = "NAME" }。'
    ),
    (
        '{where} is a text. Refer to the key instead, with key = { env = "NAME" } or key = { file = "PATH" '
        "}: this file is shared and committed like any other."
    ): (
        '{where} 直接写了文本。请改为引用密钥：key = { env = "NAME" } 或 key = { file = "PATH" '
        "}，因为这个文件会和其他文件一样被共享和提交。"
    ),
    '{where} must be { env = "NAME" } or { file = "PATH" }.': (
        '{where} 必须是 { env = "NAME" } 或 { file = "PATH" }。'
    ),
    "{where}: env must be the name of a variable, not a value.": "{where}：env 必须是变量名，不是值。",
    "{path} has no targets: write [targets.NAME] in TOML, or one line each in CSV.": (
        "{path} 里没有目标：TOML 里写 [targets.NAME]，CSV 里每行一个。"
    ),
    "{path} has no group '{name}'. {hint}": "{path} 里没有分组 '{name}'。{hint}",
    "{path} has {count} errors; nothing was checked.": "{path} 有 {count} 处错误，没有进行任何检查。",
    "{path}:{line}: {detail}": "{path}:{line}：{detail}",
    "{name} must be a percentage above 0, as in {example}": "{name} 必须是大于 0 的百分比，例如 {example}",
    "--also takes FORMAT=FILE with one of the formats {names}.": "--also 的写法是 FORMAT=FILE，格式可以是 {names}。",
    "{path} is the file of the targets, and would be overwritten. Name another one.": (
        "{path} 就是列出目标的文件，会被覆盖。请换一个文件。"
    ),
    "{path} is named for two reports. Name another file for one of them.": (
        "{path} 被指定给了两份报告。请给其中一份换一个文件。"
    ),
    "Its groups: {names}.": "已有的分组：{names}。",
    "None of its targets has a group.": "里面的目标都没有分组。",
    "{path}:{line} is not CSV: {detail}.": "{path}:{line} 不是有效的 CSV：{detail}。",
    "{path}:{line}: the name '{name}' is used twice.": "{path}:{line}：名称 '{name}' 用了两次。",
    "{shown}:1: the first line must name the columns, with base_url among them.": (
        "{shown}:1：第一行必须是列名，其中要有 base_url。"
    ),
    "{shown}:1: the column {name} is named twice.": "{shown}:1：列 {name} 出现了两次。",
    "{shown}:1: no such column{column}. Known columns: {known}.": (
        "{shown}:1：没有这一列{column}。可用的列：{known}。"
    ),
    "{shown}:1: a column of keys. Refer to the keys instead: key_env names a variable, key_file a file.": (
        "{shown}:1：有一列是密钥。请改为引用：key_env 写变量名，key_file 写文件名。"
    ),
    "{shown}:{line} has {count} cells under {wanted} columns.": (
        "{shown}:{line} 有 {count} 格，而列名有 {wanted} 个。"
    ),
    "{shown}:{line} has no base_url.": "{shown}:{line} 没有 base_url。",
    "The agreement cannot be kept: the user has no home folder.": "无法保存同意记录：用户没有主目录。",
    "The agreement cannot be kept: {path} would be larger than {count} MiB.": (
        "无法保存同意记录：{path} 会超过 {count} MiB。"
    ),
    "The agreement cannot be kept: {path} cannot be written: {why}.": "无法保存同意记录：无法写入 {path}：{why}。",
    "The agreement cannot be kept: {path} belongs to another user.": "无法保存同意记录：{path} 属于其他用户。",
    (
        "The practice server of `demo {name}` speaks TLS, and its certificates are made by the Python package "
        "cryptography: {command}"
    ): "`demo {name}` 的练习服务器使用 TLS，证书要用 Python 包 cryptography 生成：{command}",
    "`bundle` asks before it writes, and here it cannot ask. In a script, add --yes.": (
        "`bundle` 写入前会请你确认，而这里无法提问。在脚本里请加 --yes。"
    ),
    "{path} exists. Name another file with -o, or add --force.": "{path} 已存在。用 -o 换一个文件，或加上 --force。",
    "it is a bundle of a later version of llmdoctor": "这个诊断包来自更新版本的 llmdoctor",
    "`serve` needs more packages. Install them with: {command}": "`serve` 需要另外的软件包。安装命令：{command}",
    (
        "Serving beyond this machine needs a token of at least {count} characters: --token-file FILE, or "
        "{variable} in the environment."
    ): "对本机以外提供服务时需要至少 {count} 个字符的令牌：用 --token-file FILE，或环境变量 {variable}。",
    "The token is too short: use at least {count} random characters.": "令牌太短：至少要 {count} 个随机字符。",
    "--tls-cert and --tls-key belong together.": "--tls-cert 和 --tls-key 要一起给出。",
    "--listen must be ADDR:PORT, such as 127.0.0.1:9115.": "--listen 要写成 ADDR:PORT，例如 127.0.0.1:9115。",
    "--listen takes an address, or localhost: ADDR:PORT.": "--listen 只接受地址或 localhost：ADDR:PORT。",
    "Cannot listen on {address}:{port}: {why}.": "无法监听 {address}:{port}：{why}。",
    "This protocol or app is not known.": "不认识这个协议或应用。",
    "This is not the form of the page.": "这不是本页面的表单。",
    "The field {name} is longer than {count} characters.": "字段 {name} 超过 {count} 个字符。",
    "X-Prometheus-Scrape-Timeout-Seconds must be a number of seconds.": (
        "X-Prometheus-Scrape-Timeout-Seconds 必须是秒数。"
    ),
    "The tool {name} has only these arguments: {names}. A key is never one: name the variable, file or "
    "app that holds it.": "工具 {name} 只有这些参数：{names}。密钥不是参数：请指定保存密钥的变量、文件或应用。",
    "{name} must be a string.": "{name} 必须是字符串。",
    "{name} is longer than {count} characters.": "{name} 超过 {count} 个字符。",
    "{name} must be one of {names}.": "{name} 必须是以下之一：{names}。",
    "{name} looks like a key and was not used. A key is never an argument: name the variable, file or "
    "app that holds it. If it was a key, it is now in the agent's conversation, so replace it.": (
        "{name} 看起来是密钥，因此没有使用。密钥不能作为参数：请指定保存密钥的变量、文件或应用。"
        "如果它确实是密钥，它已经出现在智能体的对话中，请更换。"
    ),
    "key_env must be the name of a variable, such as OPENAI_API_KEY.": "key_env 必须是变量名，例如 OPENAI_API_KEY。",
    "No known app reads a key from {name}. The user can permit it: llmdoctor mcp --key-env {name}": (
        "LLM 应用不会从 {name} 读取密钥。用户可以允许使用它：llmdoctor mcp --key-env {name}"
    ),
    "key_file is no file that the user has named. The user can name it: llmdoctor mcp --key-file PATH": (
        "key_file 不是用户指定的文件。用户可以指定它：llmdoctor mcp --key-file PATH"
    ),
    "folder is not in a folder of this server. The user can permit it: llmdoctor mcp --folder PATH": (
        "folder 不在本服务的目录中。用户可以允许使用它：llmdoctor mcp --folder PATH"
    ),
    "More than {count} checks in a minute. Try again in a minute.": "一分钟内的检查超过 {count} 次。请一分钟后再试。",
    "Too many checks at once. Wait for one to end.": "同时进行的检查太多。请等其中一个结束。",
    "There is no app with this id. The tool apps lists them.": "没有这个 id 的应用。工具 apps 会列出所有应用。",
    "There is no key in {place}.": "{place} 中没有密钥。",
    "Name the key once: with key_env, key_file or app.": "密钥只需指定一次：用 key_env、key_file 或 app。",
    "There is no such tool. The tools are: {names}.": "没有这个工具。可用的工具有：{names}。",
    "`mcp` needs more packages. Install them with: {command}": "`mcp` 需要更多软件包。请用以下命令安装：{command}",
    "--allow takes these words: {names}.": "--allow 只接受这些词：{names}。",
    "{path} is not a folder.": "{path} 不是目录。",
}
