"""`{{ session.user_agent|browser }}`: the browser and the system in words, as far as they can be recognised."""

from django import template

register = template.Library()

# The order matters: nearly every browser also claims to be those after it.
BROWSERS = {
    "Edg": "Edge", "OPR/": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox": "Firefox", "FxiOS": "Firefox",
    "Chrome": "Chrome", "CriOS": "Chrome", "Safari": "Safari",
}  # fmt: skip
SYSTEMS = {
    "iPhone": "an iPhone", "iPad": "an iPad", "Android": "Android", "Windows": "Windows", "Macintosh": "a Mac",
    "CrOS": "ChromeOS", "Linux": "Linux",
}  # fmt: skip


@register.filter
def browser(user_agent: str) -> str:
    name = next((name for mark, name in BROWSERS.items() if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), "")
    if name and system:
        return f"{name} on {system}"
    return name or system or user_agent[:60] or "Unknown"
