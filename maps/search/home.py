"""What people put before names of their own city, or leave out: city and province. Pure."""

import re

_KIND = re.compile(r"(?<=..)(?:(?:특별자치|특별|광역)?[시도]|군|구)$")


class Home:
    """A city ("춘천시") and its province ("강원특별자치도"), as names begin with them."""

    def __init__(self, city: str, province: str = "") -> None:
        town, self._land = _KIND.sub("", city), _KIND.sub("", province)
        land = self._land and f"{self._land}도"
        cities = rf"{_either(city)}|{_either(town)}(?![로길동리])"
        self.address = re.compile(rf"^\s*(?:{_either(province, land)})?\s*(?:{cities})?\s*")
        """Province and city before an address; the short name where no street is called so."""
        owners = [f"{_either(city)}(?!외|청|립)", _either(town), f"{_either(self._land)}(?!대)"]
        words = ["국립", "시립", "도립", _either(province, land), *owners]
        self.owner = re.compile(f"^(?:{'|'.join(words)})")
        """Whose a place is: 국립, 강원도, 춘천시; but not the 춘천시 of 춘천시외버스터미널."""

    def university(self, name: str) -> str:
        """강원대학교병원 as its neighbours call it: 강대병원; "" for another name."""
        short = re.sub(f"^{_either(self._land)}대(?:학교?)?", f"{self._land[:1]}대", name)
        return short if short != name else ""


def _either(*names: str) -> str:
    """Any of the names that are given; nothing else where none is."""
    return "|".join(map(re.escape, filter(None, names))) or r"(?!)"
