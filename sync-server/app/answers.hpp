#pragma once

#include <doorstep/error.hpp>
#include <string>

#include "http/server.hpp"

namespace doorstep::server {

/// The body's form follows the request's Content-Type: a binary frame, or JSON for everybody else.
enum class BodyForm { frame, json };

/// The status that fits an error, and its JSON. An overloaded office says when to come again.
http::Response answer_error(const Error& error);
http::Response answer_error(const Error& error, int status);

http::Response answer_json(std::string body, int status = 200);
http::Response answer_frame(std::string body);

/// What a person sees who opens the server's address, or an invitation, in a browser.
http::Response answer_page();

}  // namespace doorstep::server
