"""Words around a date: a sentence that holds it, a time of day after it.

Covers hand-written sentences for the languages most written on the web and wordless frames for the others.
No word of a sentence may name a month or a day in its language (tested).
"""

from __future__ import annotations

import datetime
import random

from dates_suite import cldr

__all__ = ["SENTENCES", "in_sentence", "with_time"]

SENTENCES: dict[str, tuple[str, ...]] = {
    "en": ("The meeting is on {}.", "Please pay before {}!", "due {} at the latest", "Invoice date: {}"),
    "es": ("La reunión es el {}.", "Fecha de la factura: {}", "nos vemos el {} sin falta"),
    "de": ("Das Treffen ist am {}.", "Rechnungsdatum: {}", "bitte bis {} zahlen"),
    "fr": ("La réunion a lieu le {}.", "Date de la facture : {}", "à payer avant le {} svp"),
    "pt": ("A reunião é em {}.", "Data da fatura: {}", "pagar até {} por favor"),
    "it": ("La riunione è il {}.", "Data della fattura: {}", "da pagare entro il {} grazie"),
    "nl": ("De vergadering is op {}.", "Factuurdatum: {}", "graag betalen voor {} aub"),
    "pl": ("Spotkanie jest {}.", "Data faktury: {}", "proszę zapłacić do {}"),
    "ru": ("Встреча назначена на {}.", "Дата счёта: {}", "оплатить до {} пожалуйста"),
    "uk": ("Зустріч призначена на {}.", "Дата рахунку: {}"),
    "cs": ("Schůzka je {}.", "Datum faktury: {}"),
    "sv": ("Mötet är den {}.", "Fakturadatum: {}"),
    "tr": ("Toplantı tarihi: {}", "Fatura tarihi {} olarak girildi"),
    "id": ("Rapat diadakan pada {}.", "Tanggal faktur: {}"),
    "vi": ("Cuộc họp vào {}.", "Hạn thanh toán: {}"),
    "ja": ("会議は{}です。", "請求書の発行: {}"),
    "zh": ("会议定于{}召开。", "发票开具时间：{}"),
    "ko": ("회의는 {}입니다.", "청구서 작성: {}"),
    "ar": ("الاجتماع في {}.", "تاريخ الفاتورة: {}"),
    "fa": ("جلسه در {} است.", "تاریخ فاکتور: {}"),
    "hi": ("बैठक {} को है।", "चालान की तिथि: {}"),
}
_WORDLESS = ("→ {} ←", "📅 {}", "{} ✓", ">> {}", "{}!!!", "*{}*")


def in_sentence(text: str, table: cldr.LocaleTable, rng: random.Random) -> str:
    """``text`` inside a sentence of its language, or inside a wordless frame."""
    return rng.choice(SENTENCES.get(table.locale.language, _WORDLESS)).format(text)


def with_time(text: str, table: cldr.LocaleTable, rng: random.Random) -> str:
    """``text`` with a time of day after it as the locale's CLDR data writes one."""
    moment = datetime.time(rng.randrange(24), rng.randrange(60), rng.randrange(60))
    if text[:4].isdigit() and text[4:5] == "-" and len(text) == 10 and rng.random() < 0.5:
        return f"{text}T{moment:%H:%M:%S}"  # ISO 8601
    length = rng.choice(("short", "medium"))
    written = table.locale.time_formats[length].apply(moment, table.locale)
    return text + rng.choice((" ", " ", ", ")) + str(written)
