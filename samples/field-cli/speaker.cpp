#include "speaker.hpp"

namespace field {
namespace {

using doorstep::ErrorCode;

const char* name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
      return "invalid_argument";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::already_exists:
      return "already_exists";
    case ErrorCode::validation_failed:
      return "validation_failed";
    case ErrorCode::not_joined:
      return "not_joined";
    case ErrorCode::pack_invalid:
      return "pack_invalid";
    case ErrorCode::storage_failed:
      return "storage_failed";
    case ErrorCode::storage_full:
      return "storage_full";
    case ErrorCode::storage_damaged:
      return "storage_damaged";
    case ErrorCode::storage_busy:
      return "storage_busy";
    case ErrorCode::foreign_write:
      return "foreign_write";
    case ErrorCode::newer_format:
      return "newer_format";
    case ErrorCode::wrong_key:
      return "wrong_key";
    case ErrorCode::unreachable:
      return "unreachable";
    case ErrorCode::timed_out:
      return "timed_out";
    case ErrorCode::untrusted_office:
      return "untrusted_office";
    case ErrorCode::refused:
      return "refused";
    case ErrorCode::unauthorized:
      return "unauthorized";
    case ErrorCode::overloaded:
      return "overloaded";
    case ErrorCode::invitation_invalid:
      return "invitation_invalid";
    case ErrorCode::actor_forked:
      return "actor_forked";
    case ErrorCode::version_unsupported:
      return "version_unsupported";
    case ErrorCode::wiped:
      return "wiped";
    case ErrorCode::too_large:
      return "too_large";
    case ErrorCode::malformed:
      return "malformed";
    case ErrorCode::invariant_broken:
      return "invariant_broken";
  }
  return "unknown";
}

const char* name_of(doorstep::Retry retry) {
  switch (retry) {
    case doorstep::Retry::never:
      return "never";
    case doorstep::Retry::later:
      return "later";
    case doorstep::Retry::after_sign_in:
      return "after_sign_in";
  }
  return "never";
}

/// Bytes that are not UTF-8 become U+FFFD: a damaged text must not keep the rest from being read.
std::string dump(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

void write_line(std::FILE* to, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), to);
  std::fputc('\n', to);
}

}  // namespace

int exit_code(const doorstep::Error& error) {
  switch (error.domain) {
    case doorstep::ErrorDomain::usage:
      return kUsage;
    case doorstep::ErrorDomain::network:
      return kUnreachable;
    case doorstep::ErrorDomain::office:
      return kRefused;
    default:
      return kOther;
  }
}

Json to_json(const doorstep::Sentence& sentence) { return {{"zh", sentence.zh}, {"en", sentence.en}}; }

std::string Speaker::heading(const doorstep::Sentence& label) const {
  return language_ == Language::both && label.zh != label.en ? label.zh + " " + label.en : word(label);
}

std::string Speaker::word(const doorstep::Sentence& label) const {
  return language_ == Language::en ? label.en : label.zh;
}

void Speaker::write(std::FILE* to, const doorstep::Sentence& sentence) const {
  if (language_ != Language::en) write_line(to, sentence.zh);
  if (language_ != Language::zh) write_line(to, sentence.en);
  std::fflush(to);
}

void Speaker::say(const doorstep::Sentence& sentence) const { write(stdout, sentence); }

void Speaker::line(const std::string& text) const {
  write_line(stdout, text);
  std::fflush(stdout);
}

void Speaker::line(const Json& value) const { line(dump(value)); }

int Speaker::fail(const doorstep::Error& error, const doorstep::Sentence& context) const {
  const doorstep::Sentence sentence{context.zh + error.zh, context.en + error.en};
  if (json_) {
    Json body = {{"code", name_of(error.code)}, {"retry", name_of(error.retry)}};
    body.update(to_json(sentence));
    write_line(stderr, dump({{"error", std::move(body)}}));
  } else {
    write(stderr, sentence);
  }
  return exit_code(error);
}

std::string counted(std::uint64_t count, const std::string& one, const std::string& several) {
  return std::to_string(count) + ' ' + (count == 1 ? one : several);
}

std::string counted(std::uint64_t count, const std::string& one) { return counted(count, one, one + 's'); }

}  // namespace field
