"""What is chosen before the command's name: the configuration, its store, the language."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ioc.config import Config, load_config
from ioc.words import use_language

CONFIG_NAME = "config.yaml"


class Language(StrEnum):
    """A language of messages."""

    VI = "vi"
    EN = "en"


@dataclass(frozen=True)
class Choices:
    """What was said before the command's name."""

    named_config: Path | None
    store: Path | None
    language: str | None

    @property
    def config(self) -> Path:
        """The named file; else that of a store which holds its own, as a demo's does; else the one of this folder."""
        if self.named_config is not None:
            return self.named_config
        own = None if self.store is None else self.store / CONFIG_NAME
        return own if own is not None and own.is_file() else Path(CONFIG_NAME)

    def load(self) -> Config:
        """The configuration, over the chosen store and in the chosen language."""
        config = load_config(self.config, environ=os.environ)
        if self.language is None:
            use_language(config.site.language)
        return config if self.store is None else config.with_store(self.store)


def speak(language: Language | None) -> Language | None:
    """Takes a language for all messages from here on, those of help too."""
    if language is not None:
        use_language(str(language))
    return language
