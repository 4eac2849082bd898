"""What the tests of the agent's room share; they run in its environment, on Python 3.10."""

from importlib.util import find_spec

# In the gateway's environment there is nothing here to test.
collect_ignore_glob = [] if find_spec("pyarabic") else ["test_*.py"]
