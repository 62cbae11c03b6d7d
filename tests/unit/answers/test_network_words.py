"""How network layers, apps and SDKs name a fault: the codes of their words, and the kinds that have steps of their own.

The texts are those of the libraries and systems themselves, in the languages that people paste.
"""

from __future__ import annotations

import pytest

from diagnose.cli.commands.explain import explained
from diagnose.words.en.kinds import KINDS

NAMED = {
    "tcp.refused": (
        "errno: -4078, syscall: 'connect'",
        "java.net.ConnectException at java.net.http/jdk.internal.net.http.HttpClientImpl.send",
        "Es konnte keine Verbindung hergestellt werden, da der Zielcomputer die Verbindung verweigerte",
        "Aucune connexion n'a pu être établie car l'ordinateur cible l'a expressément refusée",
        "No se puede establecer una conexión ya que el equipo de destino denegó expresamente dicha conexión",
        "Подключение не установлено, т.к. конечный компьютер отверг запрос на подключение",
        "対象のコンピューターによって拒否されたため、接続できませんでした。",
        "無法連線，因為目標電腦拒絕連線。",
        "[WinError 1225] 远程计算机拒绝网络连接。",
        "LM Studio at http://127.0.0.1:1234 could not be reached",
        "检测不到 LM Studio",
    ),
    "tcp.timeout": (
        "Ein Verbindungsversuch ist fehlgeschlagen, da die Gegenstelle nach einer bestimmten Zeitspanne nicht richtig "
        "reagiert hat",
        "Попытка установить соединение была безуспешной, т.к. от другого компьютера не получен нужный отклик",
        "連線嘗試失敗，因為連線對象有一段時間並未正確回應",
    ),
    "tcp.reset|http.closed": (
        "Eine vorhandene Verbindung wurde vom Remotehost geschlossen",
        "Удаленный хост принудительно разорвал существующее подключение",
        "[WinError 10053] 你的主机中的软件中止了一个已建立的连接。",
        "java.io.IOException: HTTP/1.1 header parser received no bytes",
        'NSURLErrorDomain Code=-1005 "The network connection was lost."',
    ),
    "dns.not_found|dns.failed": (
        "java.nio.channels.UnresolvedAddressException",
        "Der angegebene Host ist unbekannt.",
        "Hôte inconnu.",
        "Этот хост неизвестен.",
        "そのようなホストは不明です。",
        "Name oder Dienst nicht bekannt",
        "Temporärer Fehler bei der Namensauflösung",
    ),
    "dns.bogus_answer": (
        "connect ETIMEDOUT 157.240.17.36:443 api.openai.com",
        "Failed to connect to api.anthropic.com/31.13.94.49:443",
    ),
    "tcp.unreachable": (
        "向一个无法连接的网络尝试了一个套接字操作。",
        "Le réseau n'est pas accessible",
        "connect: cannot assign requested address",
        "No internet connection",
    ),
    "tls.untrusted_issuer": (
        "OSStatus -9807",
        "invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))",
        "Die Zertifikatkette wurde von einer nicht vertrauenswürdigen Zertifizierungsstelle ausgestellt",
        "The remote certificate was rejected by the provided RemoteCertificateValidationCallback.",
        "schannel: CRYPT_E_REVOCATION_OFFLINE (0x80092013)",
    ),
    "tls.hostname_mismatch": (
        "x509: cannot validate certificate for 192.168.1.5 because it doesn't contain any IP SANs",
        "No name matching localhost found",
        "OSStatus -9843",
    ),
    "tls.expired": (
        "The remote certificate is invalid because of errors in the certificate chain: NotTimeValid",
        "PKIX path validation failed: java.security.cert.CertPathValidatorException: validity check failed",
    ),
    "tls.not_tls": ("gnutls_handshake() failed: An unexpected TLS packet was received.",),
    "proxy.refused": (
        "The proxy tunnel request to proxy 'http://p:8080/' failed with status code '403'.",
        "梯子一开就连不上，打开代理后请求失败，关闭代理就恢复正常",
        "With the proxy the requests fail. It works fine without the proxy.",
    ),
    "http.gateway_error": ("litellm.BadGatewayError: OpenAIException", "StatusCode: GatewayTimeout"),
    "quota.exhausted": ("PaymentRequiredError",),
    "http.server_error": ("ollama runner: signal: killed", "llama-server exited with code 139 (core dumped)"),
}


@pytest.mark.parametrize("codes", NAMED)
def test_the_words_of_network_layers_have_the_code_of_their_fault(codes: str) -> None:
    for text in NAMED[codes]:
        found = explained(text, "en").candidates
        assert found, text
        assert found[0].code in codes.split("|"), (text, found[0].code)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("host_of_containers", "Cannot connect to host host.docker.internal:1234 [Connect call failed ('172.17.0.1', 1234)]"),
        ("all_addresses", "HTTPConnectionPool(host='0.0.0.0', port=8000): [Errno 111] Connection refused"),
        ("cors_ollama", "http://localhost:11434/api/tags from origin 'chrome-extension://abc' has been blocked by CORS policy"),
        ("cors_lm_studio", "LM Studio server log: Received OPTIONS request to /v1/models"),
        ("cors_header", "Request header field x-stainless-os is not allowed by Access-Control-Allow-Headers"),
        ("too_many_files", "dial tcp 1.2.3.4:443: socket: too many open files"),
        ("revocation", "curl: (35) schannel: CRYPT_E_NO_REVOCATION_CHECK (0x80092012)"),
        ("ollama_path", "Ollama: 404 404 page not found"),
        ("responses_body", "Unsupported parameter: 'messages'. In the Responses API, this parameter has moved to 'input'."),
        ("tool_schema", "400 tools.3.custom.input_schema: JSON schema is invalid"),
        ("field_type", "400 json: cannot unmarshal array into Go struct field ChatRequest.messages.content of type string"),
        ("provider_init", '{"name":"ProviderInitError","data":{"providerID":"anthropic"}}'),
        ("offline", "net::ERR_INTERNET_DISCONNECTED"),
        ("dns_forged", "connect ECONNREFUSED 31.13.88.169:443 api.openai.com"),
    ],
)  # fmt: skip
def test_a_client_s_words_have_their_kind(kind: str, text: str) -> None:
    found = explained(text, "en").candidates
    assert found
    start = KINDS[kind].title.partition("{")[0]
    assert start
    assert found[0].text.title.startswith(start), found[0]


@pytest.mark.parametrize(
    "text",
    [
        "json: cannot unmarshal array into Go struct field ChatCompletionResponse.choices of type string",
        "context_window=1024, timeout=30",
        "apiKey: xxxxx returned status code 404",
        "Please check your firewall rules and network connection",
    ],
)
def test_neighbours_of_new_words_are_not_claimed(text: str) -> None:
    wrong = ("model.parameter_rejected", "key.placeholder", "auth.ip_not_allowed")
    assert not any(one.likely and one.code in wrong for one in explained(text, "en").candidates)
