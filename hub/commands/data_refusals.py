"""What `hub import` and `hub export` refuse, in Russian, by the English sentence (`hub.commands.refusals`)."""

from collections.abc import Mapping

DATA_REFUSALS: Mapping[str, str] = {
    # the command
    "say one thing: a FILE to import, --undo NUMBER, --batch NUMBER, or --list": (
        "скажите что-то одно: ФАЙЛ для загрузки, --undo НОМЕР, --batch НОМЕР или --list"
    ),
    '--map wants a header and what it means, for instance --map "Номер=phone"': (
        'для --map нужны заголовок и его смысл, например --map "Номер=phone"'
    ),
    "{} exists already: name a new file": "{} уже есть: назовите новый файл",
    "{} cannot be written: {}": "{} не записать: {}",
    "the standard output": "стандартный вывод",
    "XLSX is for {}: take csv or jsonl for the rest": "в XLSX выгружаются {}: для остального возьмите csv или jsonl",
    "contacts and leads": "contacts и leads",
    "say where to with --out: only one kind in csv or jsonl goes to the standard output": (
        "скажите куда, с --out: на экран выводится только что-то одно и в csv или jsonl"
    ),
    "there is nothing called '{}' to export; there are: {}": "выгрузить «{}» нельзя; есть: {}",
    # files
    "{} has more than {} MB: split it into several files": "в {} больше {} МБ: разделите его на несколько файлов",
    "{} has more than {} rows: split it into several files": "в {} больше {} строк: разделите его на несколько файлов",
    "{} has more than {} columns: delete those nobody needs": "в {} больше {} столбцов: удалите ненужные",
    "{} is of the old Excel format or has a password: save it as .xlsx without one": (
        "{} в старом формате Excel или с паролем: сохраните его как .xlsx без пароля"
    ),
    "{} is empty: is it the right file?": "{} пуст: тот ли это файл?",
    "{} has no row below its headers: is it the right file?": "в {} нет строк под заголовками: тот ли это файл?",
    "{}, row {}: a quote is opened and never closed, or a cell is larger than 128 KB": (
        "{}, строка {}: кавычка открыта и не закрыта, или ячейка больше 128 КБ"
    ),
    "{} is no table of text: save it as CSV or XLSX": "{} — не таблица из текста: сохраните её как CSV или XLSX",
    "{} is no Excel workbook that can be read ({}): save it as .xlsx anew": (
        "{} — не книга Excel, которую можно прочесть ({}): сохраните её как .xlsx заново"
    ),
    "{} is an archive but no Excel workbook: save it as .xlsx": "{} — архив, но не книга Excel: сохраните её как .xlsx",
    "{} unpacks to more than can be taken: split it, or save it as CSV": (
        "{} распаковывается в слишком большой файл: разделите его или сохраните как CSV"
    ),
    "{} has a document type in it, as no Excel workbook does: save it as .xlsx anew": (
        "в {} есть тип документа, которого в книгах Excel не бывает: сохраните её как .xlsx заново"
    ),
    # columns
    "there is no column '{}'; there are: {}": "столбца «{}» нет; есть: {}",
    "'{}' is nothing a column can mean; there are: {}": "столбец не может значить «{}»; есть: {}",
    "a card has one '{}', and several columns mean it: {}": "у карточки одно «{}», а значат его несколько столбцов: {}",
    "no column is known as a phone or an e-mail, and a name alone finds nobody: say which it is, for instance "
    '--map "Номер=phone"': (
        "ни один столбец не узнан как телефон или почта, а по одному имени никого не найти: скажите какой, "
        'например --map "Номер=phone"'
    ),
    # batches
    "another import is running: wait until it is done": "идёт другая загрузка: дождитесь её конца",
    "this file is imported already: batch {}; take it back first with --undo {}": (
        "этот файл уже загружен: загрузка {}; сначала отмените её: --undo {}"
    ),
    "this file is being taken back: finish that first with --undo {}": (
        "загрузка этого файла отменяется: сначала завершите отмену: --undo {}"
    ),
    "batch {} of this file began otherwise: leave out --map, --line and --leads to go on, "
    "or take it back with --undo {}": (
        "загрузка {} этого файла началась иначе: чтобы продолжить, уберите --map, --line и --leads, "
        "или отмените её: --undo {}"
    ),
    "there is no import {}; `hub import --list` shows those there are": (
        "загрузки {} нет; какие есть, покажет hub import --list"
    ),
}
