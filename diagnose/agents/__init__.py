"""The tools for agents, over the Model Context Protocol: `llmdoctor mcp` (docs/agents.md, docs/design/020-agents.md).

An agent is no user: it may name a place, and only the user may send a secret there.
"""
