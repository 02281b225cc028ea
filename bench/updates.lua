-- The sender's side of bench/traffic.py: unique updates of Telegram, written without any work per request but one format.
-- Arguments: first update number, number of clients, secret of the webhook, unix time of the messages.

local texts = {
  "Добрый день! Подскажите, пожалуйста, есть ли в наличии торшер из новой коллекции, тот, что с зелёным абажуром? И сколько он стоит вместе с лампочкой?",
  "Здравствуйте, хочу заказать две полки в прихожую, длина метр двадцать. Какие цвета бывают и за сколько привезёте?",
  "Где мой заказ? Обещали вчера, никто не позвонил, телефон у меня тот же самый, что и в прошлый раз.",
  "А можно посмотреть стол вживую? Живу рядом с магазином, зайду после работы, если вы ещё будете открыты.",
  "Фотографии получил, спасибо. Мне нравится второй вариант, но смущает высота: потолок у нас два сорок.",
}
local form = '{"update_id":%d,"message":{"message_id":%d,"from":{"id":%d,"is_bot":false,"first_name":"Клиент",' ..
  '"last_name":"%d","language_code":"ru"},"chat":{"id":%d,"first_name":"Клиент","last_name":"%d","type":"private"},' ..
  '"date":%d,"text":"%s"}}'
local number, clients, date

function init(args)
  number, clients, date = tonumber(args[1]), tonumber(args[2]), tonumber(args[4])
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["X-Telegram-Bot-Api-Secret-Token"] = args[3]
end

function request()
  local client = 500000000 + (number * 7919) % clients
  local body = form:format(number, number, client, client, client, client, date, texts[client % #texts + 1])
  number = number + 1
  return wrk.format(nil, nil, nil, body)
end

function done(summary, latency, requests)
  local errors = summary.errors
  local refused = errors.status + errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format('{"requests":%d,"microseconds":%d,"refused":%d,"p50":%d,"p99":%d}\n',
    summary.requests, summary.duration, refused, latency:percentile(50), latency:percentile(99)))
end
