"""Products that open encrypted connections and sign anew: what stands in their issuers' names, and what they are.

``company`` is a gateway that IT staff run, ``antivirus`` a program on this machine, ``debugger`` a tool that developers
run, ``filter`` what schools, homes and phones use.
"""

from __future__ import annotations

from typing import NamedTuple


class Middlebox(NamedTuple):
    """A product; ``needle`` in lower case."""

    needle: str
    name: str
    kind: str


_ROWS: dict[str, dict[str, str]] = {
    "company": {
        "zscaler": "Zscaler",
        "netskope": "Netskope",
        "goskope": "Netskope",
        "fortinet": "Fortinet",
        "fortigate": "Fortinet FortiGate",
        "palo alto": "Palo Alto Networks",
        "globalprotect": "Palo Alto GlobalProtect",
        "blue coat": "Blue Coat",
        "bluecoat": "Blue Coat",
        "symantec web": "Symantec Web Security",
        "umbrella": "Cisco Umbrella",
        "cisco secure access": "Cisco Secure Access",
        "ironport": "Cisco IronPort",
        "forcepoint": "Forcepoint",
        "websense": "Websense",
        "mcafee web": "McAfee Web Gateway",
        "skyhigh": "Skyhigh Security",
        "check point": "Check Point",
        "checkpoint": "Check Point",
        "sophos": "Sophos",
        "barracuda": "Barracuda",
        "watchguard": "WatchGuard",
        "sonicwall": "SonicWall",
        "untangle": "Untangle",
        "pfsense": "pfSense",
        "opnsense": "OPNsense",
        "cato networks": "Cato Networks",
        "gateway ca - cloudflare": "Cloudflare Gateway",
        "cloudflare managed": "Cloudflare Gateway",
        "iboss": "iboss",
        "menlo security": "Menlo Security",
        "squid": "squid",
        "sangfor": "Sangfor (深信服)",
        "深信服": "Sangfor (深信服)",
        "qianxin": "Qi An Xin (奇安信)",
        "hillstone": "Hillstone",
        "venustech": "Venustech",
    },
    "antivirus": {
        "kaspersky": "Kaspersky",
        "avast": "Avast",
        "avg web": "AVG",
        "avg technologies": "AVG",
        "eset ssl": "ESET",
        "eset, spol": "ESET",
        "bitdefender": "Bitdefender",
        "dr.web": "Dr.Web",
        "norton web": "Norton",
        "g data": "G DATA",
        "bullguard": "BullGuard",
        "adguard": "AdGuard",
    },
    "debugger": {
        "mitmproxy": "mitmproxy",
        "charles proxy": "Charles",
        "fiddler": "Fiddler",
        "do_not_trust": "Fiddler",
        "portswigger": "Burp",
        "burp": "Burp",
        "proxyman": "Proxyman",
        "whistle": "whistle",
        "http toolkit": "HTTP Toolkit",
        "owasp zap": "ZAP",
        "zed attack proxy": "ZAP",
        "surge generated": "Surge",
        "quantumult": "Quantumult X",
        "shadowrocket": "Shadowrocket",
        "loon": "Loon",
        "anyproxy": "AnyProxy",
        "reqable": "Reqable",
        "steamcommunity": "Watt Toolkit",
    },
    "filter": {
        "lightspeed": "Lightspeed",
        "securly": "Securly",
        "goguardian": "GoGuardian",
        "contentkeeper": "ContentKeeper",
        "linewize": "Linewize",
        "net nanny": "Net Nanny",
        "qustodio": "Qustodio",
    },
}
MIDDLEBOXES = tuple(Middlebox(needle, name, kind) for kind, rows in _ROWS.items() for needle, name in rows.items())


def known(issuer: str) -> Middlebox | None:
    """The product whose name stands in a certificate's issuer."""
    low = issuer.lower()
    return next((one for one in MIDDLEBOXES if one.needle in low), None)
