#pragma once

#include <doorstep/report.hpp>
#include <doorstep/result_set.hpp>

#include "speaker.hpp"

/// SDK values and reports as JSON. Names are those of the public headers.
namespace field {

/// Bytes become hexadecimal text.
Json to_json(const doorstep::Value& value);

/// Arrays become the JSON text that list columns take; booleans become 1 and 0.
doorstep::Value from_json(const Json& value);

/// An array with one object a row.
Json to_json(const doorstep::ResultSet& rows);

Json to_json(const doorstep::SyncReport& report);
Json to_json(const doorstep::PhoneStatus& status);
Json to_json(const doorstep::Conflict& conflict);
Json to_json(const doorstep::HeldGroup& held, const std::vector<doorstep::HeldCell>& content);
Json to_json(const doorstep::Why& why);

const char* name_of(doorstep::RecordState state);

}  // namespace field
