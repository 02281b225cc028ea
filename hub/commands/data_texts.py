"""What `hub import` and `hub export` say to people, in Russian and English."""

from collections.abc import Mapping

from hub.commands.texts import Sentence

TEXTS: Mapping[str, Sentence] = {
    "import.opening": Sentence("Читаю {file}", "Reading {file}"),
    "import.reading": Sentence("Проверяю", "Trying out"),
    "import.running": Sentence("Загружаю", "Importing"),
    "import.undoing": Sentence("Отменяю", "Taking back"),
    "import.columns.said": Sentence("Столбцы (с вашими указаниями):", "Columns (as you say):"),
    "import.columns.remembered": Sentence("Столбцы (как в прошлый раз):", "Columns (as last time):"),
    "import.columns.recognised": Sentence("Столбцы (узнаны по заголовкам):", "Columns (known by their headers):"),
    "import.column": Sentence("  {header} → {meaning}", "  {header} → {meaning}"),
    "import.ignored": Sentence("не загружается", "left out"),
    "import.row": Sentence("строка", "row"),
    "import.verdict": Sentence("итог", "outcome"),
    "import.name": Sentence("имя", "name"),
    "import.addresses": Sentence("адреса", "addresses"),
    "import.company": Sentence("компания", "company"),
    "import.stage": Sentence("этап", "stage"),
    "import.why": Sentence("почему", "why"),
    "import.preview": Sentence("Первые строки:", "The first rows:"),
    "verdict.new": Sentence("новый", "new"),
    "verdict.merged": Sentence("к карточке", "merged"),
    "verdict.ambiguous": Sentence("неясно", "ambiguous"),
    "verdict.refused": Sentence("отказ", "refused"),
    "import.would": Sentence(
        "Строк {rows}: новых {new}, к имеющимся карточкам {merged}, неясных {ambiguous}, отказов {refused}; "
        "лидов {leads}, компаний {companies}. Ничего не записано.",
        "{rows} rows: {new} new, {merged} merged, {ambiguous} ambiguous, {refused} refused; {leads} leads, "
        "{companies} companies. Nothing is written.",
    ),
    "import.did": Sentence(
        "Загрузка {batch}: строк {rows}, новых {new}, к имеющимся карточкам {merged}, неясных {ambiguous}, "
        "отказов {refused}; лидов {leads}, компаний {companies}.",
        "Import {batch}: {rows} rows, {new} new, {merged} merged, {ambiguous} ambiguous, {refused} refused; "
        "{leads} leads, {companies} companies.",
    ),
    "import.went_on": Sentence("Продолжена прерванная загрузка.", "An import that was broken off went on."),
    "import.how_to_undo": Sentence("Отменить: hub import --undo {batch}", "To take it back: hub import --undo {batch}"),
    "import.not_taken": Sentence("Не загружено:", "Not taken:"),
    "import.left_out": Sentence("Загружено без:", "Taken without:"),
    "import.count": Sentence("  {count}: {why}", "  {count}: {why}"),
    "import.written": Sentence(
        "Эти строки с причинами: {file}. Исправьте и загрузите этот файл.",
        "These rows with the reasons: {file}. Correct and import that file.",
    ),
    "import.how_to_write": Sentence(
        "Эти строки в файл: --refused ФАЙЛ.csv (после загрузки с --batch НОМЕР)",
        "To have these rows in a file: --refused FILE.csv (after an import with --batch NUMBER)",
    ),
    "import.undone": Sentence(
        "Загрузка {batch} отменена: карточек как было {restored}, оставлено {kept}, удалено компаний {companies}.",
        "Import {batch} is taken back: {restored} cards as before, {kept} kept, {companies} companies removed.",
    ),
    "import.kept": Sentence(
        "Оставлено то, что изменили после загрузки; строки файла: {rows}",
        "What people have changed since is kept; rows of the file: {rows}",
    ),
    "import.none": Sentence("Загрузок не было.", "Nothing was imported."),
    "import.batch": Sentence("загрузка", "import"),
    "import.at": Sentence("когда ({zone})", "at ({zone})"),
    "import.file": Sentence("файл", "file"),
    "import.state": Sentence("состояние", "state"),
    "state.running": Sentence("прервана: повторите команду с файлом", "broken off: give the file again"),
    "state.done": Sentence("загружена", "done"),
    "state.undoing": Sentence("отменяется: повторите --undo", "being taken back: give --undo again"),
    "state.undone": Sentence("отменена", "taken back"),
    "export.running": Sentence("Выгружаю", "Exporting"),
    "export.done": Sentence("{what}: строк {rows}, {file}", "{what}: {rows} rows, {file}"),
}


def tell(language: str, key: str, /, **facts: object) -> str:
    """Return a sentence in `ru` or `en` with its facts put in."""
    sentence = TEXTS[key]
    return (sentence.en if language == "en" else sentence.ru).format(**facts)
