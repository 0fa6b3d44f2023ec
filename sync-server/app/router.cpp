#include "app/router.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/ensure.hpp"
#include "schema/unicode_text.hpp"
#include "wire/codec.hpp"

namespace doorstep::server {
namespace {

using Clock = std::chrono::steady_clock;

Error refusal(ErrorCode code, Retry retry, std::string zh, std::string en) {
  return {ErrorDomain::office, code, retry, std::move(zh), std::move(en)};
}

Error overloaded() {
  return refusal(ErrorCode::overloaded, Retry::later, "街道的服务正忙,请稍后再试;记录都还在手机里。",
                 "The office is busy. Try again shortly; everything is safe on the phone.");
}

Error too_many_attempts() {
  return refusal(ErrorCode::overloaded, Retry::later, "试错的次数太多,请过十分钟再试,或请街道重新发邀请。",
                 "Too many wrong attempts. Wait ten minutes, or ask the office for a new invitation.");
}

http::Response come_again(const Error& error, int after_s) {
  http::Response response = answer_error(error, 429);
  response.retry_after_s = after_s;
  return response;
}

Error too_much() {
  return refusal(ErrorCode::overloaded, Retry::later, "这部手机一下子来得太多,请稍后再试;记录都还在手机里。",
                 "This device asks for too much at once. Try again later; everything is safe on the phone.");
}

/// The day's bound is passed; more than one office hour is not asked of the person who waits.
http::Response too_often_today(const Error& error) {
  constexpr int kRetryAfter_s = 3'600;
  return come_again(error, kRetryAfter_s);
}

Error not_enrolled() {
  return refusal(ErrorCode::unauthorized, Retry::after_sign_in, "这部手机还没有登记,请用邀请链接重新加入。",
                 "This device is not known here. Join with an invitation.");
}

Error internal_failure() {
  return {
      ErrorDomain::internal, ErrorCode::invariant_broken, Retry::later,
      "街道的服务内部出错,已停止这一步,没有写入半条数据。请稍后再试,并告诉街道的管理人员。",
      "The office's server failed and stopped before writing anything half. Try again later, and tell the "
      "office's administrator."};
}

/// `application/json; charset=utf-8` without its parameters, in lower case.
std::string media_type(std::string_view content_type) {
  return to_ascii_lower(trim(content_type.substr(0, content_type.find(';'))));
}

BodyForm form_of(const http::Request& request) {
  return media_type(request.content_type) == wire::kFrameType ? BodyForm::frame : BodyForm::json;
}

/// Whether the body can be one of ours at all.
std::optional<Error> refuse_body(const http::Request& request) {
  const std::string type = media_type(request.content_type);
  const std::string encoding = to_ascii_lower(trim(request.content_encoding));
  if ((type.empty() || type == wire::kJsonType || type == wire::kFrameType) &&
      (encoding.empty() || encoding == "identity"))
    return std::nullopt;
  return refusal(ErrorCode::malformed, Retry::never, "服务器不接受这种格式的内容,请更新应用后再试。",
                 std::string("This content type or encoding is not accepted. Send ") + wire::kFrameType +
                     " or " + wire::kJsonType + ", not encoded.");
}

template <typename Message>
Result<Message> read_body(const http::Request& request) {
  return form_of(request) == BodyForm::frame ? wire::from_frame<Message>(request.body)
                                             : wire::from_json<Message>(request.body);
}

template <typename Message>
http::Response write_body(BodyForm form, const Message& message) {
  return form == BodyForm::frame ? answer_frame(wire::to_frame(message))
                                 : answer_json(wire::to_json(message));
}

/// Empty when there is none.
std::string bearer_token(const std::string& authorization) {
  constexpr std::string_view scheme = "bearer ";
  if (to_ascii_lower(authorization.substr(0, scheme.size())) != scheme) return {};
  return std::string(trim(std::string_view(authorization).substr(scheme.size())));
}

std::optional<PackVersion> asked_version(std::string_view query) {
  constexpr std::string_view name = "version=";
  while (!query.empty()) {
    const std::string_view part = query.substr(0, query.find('&'));
    if (part.substr(0, name.size()) == name) {
      std::uint32_t version = 0;
      const char* end = part.data() + part.size();
      const auto [stop, error] = std::from_chars(part.data() + name.size(), end, version);
      if (error == std::errc() && stop == end && version > 0) return PackVersion{version};
      return std::nullopt;
    }
    query.remove_prefix(std::min(query.size(), part.size() + 1));
  }
  return std::nullopt;
}

std::size_t count_rows(const wire::Page& page) {
  std::size_t rows = page.own.size() + page.gone.size();
  for (const wire::RowSection& section : page.sections) rows += section.ids.size();
  return rows;
}

}  // namespace

struct Router::Route {
  std::string_view path;  ///< With `/` at its end: whatever comes after it, too.
  std::string_view method;
  void (Router::*serve)(const http::Request&, const http::Respond&);
  bool on_worker;  ///< Decodes, or reads the database.
};

const Router::Route* Router::find_route(std::string_view target) {
  static constexpr std::array<Route, 14> routes{{{"/v1/sync", "POST", &Router::sync, true},
                                                 {"/v1/join", "POST", &Router::join, true},
                                                 {"/v1/rehome", "POST", &Router::rehome, true},
                                                 {"/v1/readmit", "POST", &Router::readmit, true},
                                                 {"/v1/parcels", "POST", &Router::hand_over, true},
                                                 {"/v1/wiped", "POST", &Router::wiped, true},
                                                 {"/v1/reveal", "POST", &Router::reveal, true},
                                                 {"/v1/pack", "GET", &Router::pack, true},
                                                 {"/v1/keys", "GET", &Router::keys, false},
                                                 {"/health", "GET", &Router::health, false},
                                                 {"/metrics", "GET", &Router::metrics, true},
                                                 {kCardPath, "GET", &Router::card, true},
                                                 {"/join", "GET", &Router::page, false},
                                                 {"/", "GET", &Router::page, false}}};
  static constexpr Route none{"other", "", &Router::unknown, false};
  const auto found = std::find_if(routes.begin(), routes.end(), [&](const Route& r) {
    const bool is_folder = r.path.size() > 1 && r.path.back() == '/';
    return is_folder ? target.substr(0, r.path.size()) == r.path : target == r.path;
  });
  return found == routes.end() ? &none : &*found;
}

void Router::handle(http::Request request, http::Respond respond) {
  const Route& route = *find_route(request.target);
  const http::Respond answer = observed(route, request, std::move(respond));
  if (!route.method.empty() && request.method != route.method) {
    http::Response response =
        answer_error(refusal(ErrorCode::refused, Retry::never, "这个网址不接受这种请求。",
                             "This address does not take this method."),
                     405);
    response.headers.emplace_back("Allow", std::string(route.method));
    return answer(std::move(response));
  }
  if (const auto refused = refuse_body(request)) return answer(answer_error(*refused, 415));
  if (!route.on_worker) return (this->*route.serve)(request, answer);
  const auto now = Clock::now();
  const std::string token = bearer_token(request.authorization);
  const RequestLimits::Line line = limits_.line_of(token, network_of(request.remote_address));
  if (!token.empty() && !line.is_device && !token_limit_.allows(request.remote_address, now))
    return answer(answer_error(too_many_attempts(), 429));
  if (const auto wait_s = limits_.refuse(line, request.body.size(), now))
    return answer(come_again(too_much(), *wait_s));
  const http::Respond last = counted(request, line, answer);
  const bool taken = parts_.workers.post(
      line.key, [this, &route, answer = last, shared = std::make_shared<http::Request>(std::move(request))] {
        try {
          (this->*route.serve)(*shared, answer);
        } catch (const std::exception& error) {
          parts_.log.error("request_failed", {{"route", std::string(route.path)}, {"what", error.what()}});
          answer(answer_error(internal_failure()));
        }
      });
  if (!taken) last(answer_error(overloaded()));
}

/// Takes note of how a request ended: that it did, and whether its token was a guess.
http::Respond Router::counted(const http::Request& request, const RequestLimits::Line& line,
                              http::Respond respond) {
  const bool shows_token = !bearer_token(request.authorization).empty();
  return [this, line, shows_token, from = request.remote_address,
          respond = std::move(respond)](http::Response response) {
    constexpr int kUnauthorized = 401;
    if (shows_token && response.status == kUnauthorized) token_limit_.failed(from, Clock::now());
    limits_.finished(line);
    respond(std::move(response));
  };
}

http::Respond Router::observed(const Route& route, const http::Request& request, http::Respond respond) {
  return [this, &route, respond = std::move(respond), started = Clock::now(), from = request.remote_address,
          size = request.body.size()](http::Response response) {
    const double seconds = std::chrono::duration<double>(Clock::now() - started).count();
    parts_.metrics.request(route.path, response.status, seconds);
    const auto ms = static_cast<std::int64_t>(seconds * 1000);
    const std::string path(route.path);
    if (response.status >= 500)
      parts_.log.warning("request",
                         {{"route", path}, {"status", response.status}, {"ms", ms}, {"from", from}});
    else
      parts_.log.debug("request", {{"route", path},
                                   {"status", response.status},
                                   {"ms", ms},
                                   {"bytes_in", size},
                                   {"bytes_out", response.body.size()},
                                   {"from", from}});
    respond(std::move(response));
  };
}

void Router::keys(const http::Request& request, const http::Respond& respond) {
  respond(write_body(form_of(request), parts_.office.keys()));
}

void Router::pack(const http::Request& request, const http::Respond& respond) {
  const auto version = asked_version(request.query);
  if (!version)
    return respond(
        answer_error(refusal(ErrorCode::malformed, Retry::never, "网址里缺少表格版本,例如 ?version=1。",
                             "Say which version of the pack, for example ?version=1.")));
  auto frame = parts_.office.pack_frame(*version);
  if (!frame) return respond(answer_error(frame.error()));
  if (form_of(request) == BodyForm::frame) return respond(answer_frame(std::move(*frame)));
  const auto decoded = wire::from_frame<Pack>(*frame);
  respond(decoded ? answer_json(wire::to_json(*decoded)) : answer_error(internal_failure()));
}

void Router::join(const http::Request& request, const http::Respond& respond) {
  const std::string address = request.remote_address;
  if (!join_limit_.allows(address, Clock::now())) {
    parts_.log.warning("join_limited", {{"from", address}});
    return respond(answer_error(too_many_attempts(), 429));
  }
  auto message = read_body<wire::JoinRequest>(request);
  if (!message) {
    join_limit_.failed(address, Clock::now());
    return respond(answer_error(message.error()));
  }
  parts_.office.join(std::move(*message), [this, respond, address, form = form_of(request)](auto joined) {
    if (!joined) {
      if (joined.error().code == ErrorCode::invitation_invalid) join_limit_.failed(address, Clock::now());
      parts_.log.info("join_refused", {{"from", address}, {"why", joined.error().en}});
      return respond(answer_error(joined.error()));
    }
    parts_.log.info("joined",
                    {{"actor", raw(joined->actor)}, {"person", to_text(joined->person)}, {"from", address}});
    respond(write_body(form, *joined));
  });
}

/// Limited like joining: who guesses here guesses tokens.
void Router::rehome(const http::Request& request, const http::Respond& respond) {
  const std::string address = request.remote_address;
  if (!join_limit_.allows(address, Clock::now())) {
    parts_.log.warning("join_limited", {{"from", address}});
    return respond(answer_error(too_many_attempts(), 429));
  }
  const std::string token = bearer_token(request.authorization);
  if (token.empty()) return respond(answer_error(not_enrolled()));
  auto message = read_body<wire::RehomeRequest>(request);
  if (!message) {
    join_limit_.failed(address, Clock::now());
    return respond(answer_error(message.error()));
  }
  parts_.office.rehome(token, std::move(*message),
                       [this, respond, address, form = form_of(request)](auto rehomed) {
                         if (rehomed) return respond(write_body(form, *rehomed));
                         const Error& error = rehomed.error();
                         parts_.log.info("rehome_refused", {{"from", address}, {"why", error.en}});
                         if (error.code == ErrorCode::overloaded) return respond(too_often_today(error));
                         if (error.domain == ErrorDomain::office) join_limit_.failed(address, Clock::now());
                         respond(answer_error(error));
                       });
}

void Router::readmit(const http::Request& request, const http::Respond& respond) {
  const std::string address = request.remote_address;
  if (!readmit_limit_.allows(address, Clock::now())) {
    parts_.log.warning("readmit_limited", {{"from", address}});
    return respond(answer_error(overloaded(), 429));
  }
  auto message = read_body<wire::ReadmitRequest>(request);
  if (!message) {
    readmit_limit_.failed(address, Clock::now());
    return respond(answer_error(message.error()));
  }
  const std::uint64_t actor = raw(message->certificate.actor);
  parts_.office.readmit(std::move(*message), [this, respond, address, actor,
                                              form = form_of(request)](auto admitted) {
    if (!admitted) {
      if (admitted.error().code == ErrorCode::unauthorized) readmit_limit_.failed(address, Clock::now());
      parts_.log.info("readmit_refused", {{"actor", actor}, {"from", address}, {"why", admitted.error().en}});
      return respond(answer_error(admitted.error()));
    }
    parts_.log.info("readmitted", {{"actor", actor}, {"from", address}});
    respond(write_body(form, *admitted));
  });
}

/// Without a token: an office that was put back may not know the device, and parcels prove themselves.
void Router::hand_over(const http::Request& request, const http::Respond& respond) {
  const std::string address = request.remote_address;
  if (!readmit_limit_.allows(address, Clock::now())) {
    parts_.log.warning("parcels_limited", {{"from", address}});
    return respond(answer_error(overloaded(), 429));
  }
  auto message = read_body<wire::HandOver>(request);
  if (!message) {
    readmit_limit_.failed(address, Clock::now());
    return respond(answer_error(message.error()));
  }
  parts_.office.hand_over(std::move(*message), [respond, form = form_of(request)](auto taken) {
    respond(taken ? write_body(form, *taken) : answer_error(taken.error()));
  });
}

void Router::wiped(const http::Request& request, const http::Respond& respond) {
  const std::string token = bearer_token(request.authorization);
  if (token.empty()) return respond(answer_error(not_enrolled()));
  auto message = read_body<wire::WipeReport>(request);
  if (!message) return respond(answer_error(message.error()));
  parts_.office.wiped(token, *message, [respond, form = form_of(request)](auto noted) {
    respond(noted ? write_body(form, *noted) : answer_error(noted.error()));
  });
}

/// Neither what was asked nor what was told is logged: that is the audit trail's.
void Router::reveal(const http::Request& request, const http::Respond& respond) {
  const std::string token = bearer_token(request.authorization);
  if (token.empty()) return respond(answer_error(not_enrolled()));
  auto message = read_body<wire::RevealRequest>(request);
  if (!message) return respond(answer_error(message.error()));
  parts_.office.reveal(token, std::move(*message), [respond, form = form_of(request)](auto revealed) {
    if (revealed) return respond(write_body(form, *revealed));
    const Error& error = revealed.error();
    respond(error.code == ErrorCode::overloaded ? too_often_today(error) : answer_error(error));
  });
}

void Router::sync(const http::Request& request, const http::Respond& respond) {
  const std::string token = bearer_token(request.authorization);
  if (token.empty()) return respond(answer_error(not_enrolled()));
  auto message = read_body<wire::SyncRequest>(request);
  if (!message) return respond(answer_error(message.error()));
  const std::uint64_t actor = raw(message->actor);
  if (message->push) {
    const auto line = limits_.line_of(token, network_of(request.remote_address));
    if (const auto wait_s = limits_.refuse_groups(line, message->push->groups.size(), Clock::now()))
      return respond(come_again(too_much(), *wait_s));
  }
  parts_.office.sync(
      token, std::move(*message), [this, respond, actor, token, form = form_of(request)](auto synced) {
        if (synced) limits_.learn(token);
        if (!synced) {
          parts_.log.info("sync_refused", {{"actor", actor}, {"why", synced.error().en}});
          return respond(answer_error(synced.error()));
        }
        if (synced->page) parts_.metrics.pulled(count_rows(*synced->page));
        if (synced->repaired) {
          parts_.metrics.repaired();
          parts_.log.warning("device_differed", {{"actor", actor}, {"rows", synced->checksum->rows}});
        }
        respond(write_body(form, *synced));
      });
}

void Router::health(const http::Request&, const http::Respond& respond) {
  const OfficeHealth health = parts_.office.health();
  const nlohmann::json body{{"status", health.writable ? "ok" : "cannot_write"},
                            {"office", health.office_name},
                            {"incarnation", health.incarnation}};
  respond(answer_json(body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
                      health.writable ? 200 : 503));
}

void Router::metrics(const http::Request&, const http::Respond& respond) {
  parts_.office.observe(parts_.metrics);
  http::Response response = answer_json(parts_.metrics.serialize());
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  respond(std::move(response));
}

/// Who holds the paper is nobody we know, and may come by the same proxy as who guesses: only guesses are
/// counted, and a code that is one is answered whoever guesses beside it.
void Router::card(const http::Request& request, const http::Respond& respond) {
  const std::string& address = request.remote_address;
  const auto found = parts_.office.card(request.target.substr(kCardPath.size()));
  if (found) return respond(answer_card(*found));
  if (found.error().domain != ErrorDomain::office) return respond(answer_error(found.error()));
  if (!card_limit_.allows(address, Clock::now())) return respond(answer_card_later());
  card_limit_.failed(address, Clock::now());
  respond(answer_no_card());
}

void Router::page(const http::Request&, const http::Respond& respond) { respond(answer_page()); }

void Router::unknown(const http::Request&, const http::Respond& respond) {
  respond(answer_error(
      refusal(ErrorCode::not_found, Retry::never, "没有这个网址。", "There is nothing at this address.")));
}

}  // namespace doorstep::server
