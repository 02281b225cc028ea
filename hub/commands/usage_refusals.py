"""What is wrong with a typed line, in Russian, by the English of typer (`hub.commands.refusals`)."""

from collections.abc import Mapping

USAGE_REFUSALS: Mapping[str, str] = {
    "`{} --help` shows how it is written": "как пишется: {} --help",
    "stopped": "прервано",
    "Missing command": "не сказано, что делать",
    "No such command '{}'": "команды «{}» нет",
    "No such command '{}'. Did you mean {}?": "команды «{}» нет; может быть, {}?",
    "No such option: {}": "параметра {} нет",
    "No such option: {} (Possible options: {})": "параметра {} нет; может быть, {}?",
    "Option '{}' requires an argument": "после {} нужно значение",
    "Option '{}' does not take a value": "у {} нет значения, пишется без «=»",
    "Argument '{}' takes {} values": "для {} нужно значений: {}",
    "Got unexpected extra argument(s) ({})": "лишнее: {}",
    "Missing argument '{}'": "не хватает: {}",
    "Missing option '{}'": "не хватает параметра {}",
    "Missing argument '{}'. Choose from: {}": "не хватает: {}, одно из: {}",
    "Missing option '{}'. Choose from: {}": "не хватает параметра {}, одно из: {}",
    "Invalid value for '{}': {}": "неверно {}: {}",
    "Invalid value for '{}' (env var: '{}'): {}": "неверно {} (переменная {}): {}",
    "file '{}' does not exist": "файла «{}» нет",
    "Value error, '{}' is not one of {}": "«{}» не подходит, можно: {}",
}
