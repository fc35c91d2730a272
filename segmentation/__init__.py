"""Which kind of card customer this is, why, and how sure: the domain core, which knows no Slack."""
