#pragma once

#include <doorstep/error.hpp>
#include <string>

#include "base/crypto.hpp"
#include "clock/hybrid_clock.hpp"
#include "sql/connection.hpp"
#include "store/sync_store.hpp"
#include "wire/messages.hpp"

namespace doorstep {

/// The single row of `doorstep_phone`: who this phone is and how far it has come (docs/store.md).
struct PhoneState {
  bool joined = false;
  std::string url;
  std::string fingerprint;  ///< Of the office's identity key, from the invitation.
  std::string keys_frame;   ///< The office's signed key list.
  RowId office;
  std::string office_name;
  ActorId actor{};
  std::string token;
  RowId person;
  std::string person_name;
  std::string role;                ///< That she joined with.
  std::vector<std::string> roles;  ///< Of her posts, as the office last said.
  std::string signing_secret;
  PackVersion pack{};

  wire::Cursor cursor;             ///< Of the installed canonical state.
  GroupNumber included_through{};  ///< Own groups in the canonical state.
  GroupNumber admitted_through{};  ///< Own groups the office has.
  Digest admitted_digest{};        ///< Chain digest of group `admitted_through`.
  bool forked = false;
  std::string certificate_frame;    ///< The office's word that it enrolled this device.
  std::string next_signing_secret;  ///< Of the actor that this forked file is about to become.
  std::string lineage;              ///< Actors whose file this was before (docs/store.md).
  std::string former_certificates;  ///< The office's words for them, the latest first (docs/store.md).
  Digest kept_digest{};             ///< Chain digest of the group before the first in `doorstep_kept`.
  GroupNumber carried_through{};    ///< Of the present office: what this phone carries of it. 0: nothing.

  ClockState clock;
  GroupNumber contact_group{};  ///< Last group recorded before the clock was last measured.
  Stamp largest_canonical;
  std::int64_t last_contact_ms = 0;
  /// Which part of the rows is compared with the office next: its number, plus of how many. 0: not yet
  /// divided.
  std::uint32_t check_bucket = 0;
  WipeStage wipe = WipeStage::none;
  std::uint64_t left_rows = 0;  ///< How many rows the last checkpoint took away that took any,
  std::int64_t left_ms = 0;     ///< and when, by the office's time.
};

/// Of a group that the office had received before it was put back to a backup: `doorstep_outbox.again`.
enum class SentAgain : std::int64_t {
  beneath = 1,   ///< The canonical rows still have it, since they are those of before: it is no overlay.
  above = 2,     ///< It lies above them as any other.
  withdrawn = 3  ///< Its holder is done with it: no overlay, and handed over only for its number's sake.
};

/// What makes an office that was put back to a backup believe who this phone is and was (rehoming.cpp).
/// Errors (domain `format`): it has no certificate.
Result<wire::ReadmitRequest> readmit_request(const PhoneState& state);

Status create_phone_tables(sql::Connection& connection);
Result<PhoneState> load_phone_state(sql::Connection& connection);
Status save_phone_state(sql::Connection& connection, const PhoneState& state);

}  // namespace doorstep
