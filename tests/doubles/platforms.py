"""What a gateway is told of the doubles of both platforms."""

from tests.doubles.graph_server import PHONE_ID, GraphServer
from tests.doubles.graph_server import SECRET as APP_SECRET
from tests.doubles.graph_server import TOKEN as GRAPH_TOKEN
from tests.doubles.telegram_server import TOKEN as TELEGRAM_TOKEN
from tests.doubles.telegram_server import TelegramServer


def platforms_env(telegram: TelegramServer, graph: GraphServer) -> dict[str, str]:
    """Return the environment under which a gateway speaks with the doubles."""
    return {
        "TELEGRAM_TOKEN": TELEGRAM_TOKEN,
        "TELEGRAM_API": telegram.base_url,
        "WHATSAPP_TOKEN": GRAPH_TOKEN,
        "WHATSAPP_PHONE_ID": PHONE_ID,
        "WHATSAPP_APP_SECRET": APP_SECRET,
        "WHATSAPP_VERIFY_TOKEN": "verify",
        "WHATSAPP_API": graph.settings.api,
        "WHATSAPP_MEDIA_HOSTS": "127.0.0.1",
    }
