"""The Slack app: turns Slack payloads into questions for `segmentation` and answers into blocks."""
