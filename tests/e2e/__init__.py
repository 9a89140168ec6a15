"""The whole product as people meet it: the served application in a real headless Chromium."""
