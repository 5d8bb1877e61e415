"""The pages as people meet them: Chromium on the running program."""
