"""Texts in what is sent: a body declares a text once and sends it in every language there is."""

from typing import Annotated, Any, get_args

from msgspec import UNSET, StructMeta, UnsetType

from streams.words.catalogue import Translatable, languages

OwnText = Annotated[Translatable, ""]
"""The text that a body is, not one of several: it is sent under the languages' names alone."""


def in_each(text: Translatable, name: str = "") -> dict[str, str]:
    """A text in every language, under the names it is sent by: `name_ko`, `name_en`."""
    return {field: text.to(language) for language, field in _fields(name).items()}


def _fields(name: str) -> dict[str, str]:
    return {language: f"{name}_{language}" if name else language for language in languages()}


class Spoken(StructMeta):
    """The metaclass of bodies with texts for people; fields are given by name (`kw_only=True`).

    `reason: Translatable` is given as `reason=` and stands in the body, its JSON and its schema as
    `reason_ko` and `reason_en`; `text: OwnText` as `ko` and `en`, `Annotated[Translatable, "x"]` as
    `x_ko` and `x_en`. One with the default UNSET is left out unless it is given.
    """

    texts: dict[str, str]  # declared name -> beginning of the names it is sent by

    def __new__(
        cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any
    ) -> "Spoken":
        texts = {key: value for base in bases for key, value in getattr(base, "texts", {}).items()}
        sent: dict[str, Any] = {}
        for field, kind in namespace.get("__annotations__", {}).items():
            if kind is not Translatable and Translatable not in get_args(kind):
                sent[field] = kind
                continue
            texts[field] = next(iter(getattr(kind, "__metadata__", ())), field)
            is_optional = namespace.pop(field, None) is UNSET
            for each in _fields(texts[field]).values():
                sent[each] = str | UnsetType if is_optional else str
                namespace |= {each: UNSET} if is_optional else {}
        namespace |= {"__annotations__": sent, "texts": texts}
        return super().__new__(cls, name, bases, namespace, **options)

    def __call__(cls, **given: Any) -> Any:
        for field in cls.texts.keys() & given.keys():
            if (text := given.pop(field)) is not UNSET:
                given |= in_each(text, cls.texts[field])
        return super().__call__(**given)
