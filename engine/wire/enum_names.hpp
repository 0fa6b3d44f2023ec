#pragma once

#include <array>
#include <cstdint>

#include "wire/messages.hpp"

/// Names of enumerated values in JSON. A value without a name is its number there. Private to the room.
namespace doorstep::wire {

struct NumberName {
  std::uint32_t number;
  const char* name;
};

template <typename E>
inline constexpr std::array<NumberName, 0> kNames{};

template <>
inline constexpr std::array<NumberName, 1> kNames<SignatureAlgorithm>{{{1, "ed25519"}}};
template <>
inline constexpr std::array<NumberName, 1> kNames<HashAlgorithm>{{{1, "sha256"}}};
template <>
inline constexpr std::array<NumberName, 6> kNames<VerdictKind>{
    {{1, "effective"}, {2, "merged"}, {3, "in_review"}, {4, "held"}, {5, "returned"}, {6, "replaced"}}};
template <>
inline constexpr std::array<NumberName, 22> kNames<HoldReason>{{{0, "none"},
                                                                {1, "outside_scope"},
                                                                {2, "office_only"},
                                                                {3, "unknown_row"},
                                                                {4, "invalid"},
                                                                {5, "undecodable"},
                                                                {6, "depends_on_held"},
                                                                {7, "append_only"},
                                                                {8, "future_birth"},
                                                                {9, "future_round"},
                                                                {10, "wrong_key"},
                                                                {11, "unknown_pack"},
                                                                {12, "not_authorised"},
                                                                {13, "missing_base"},
                                                                {14, "illegal_move"},
                                                                {15, "may_not_decide"},
                                                                {16, "too_large"},
                                                                {17, "deleted_long_ago"},
                                                                {18, "read_long_ago"},
                                                                {20, "ring_of_same"},
                                                                {21, "not_permitted"},
                                                                {22, "device_lost"}}};
template <>
inline constexpr std::array<NumberName, 4> kNames<PushResult>{
    {{0, "none"}, {1, "accepted"}, {2, "gap"}, {3, "forked"}}};
template <>
inline constexpr std::array<NumberName, 2> kNames<GoneReason>{{{1, "deleted"}, {2, "left_scope"}}};
template <>
inline constexpr std::array<NumberName, 5> kNames<LoserKind>{
    {{1, "concurrent"}, {2, "review"}, {3, "late"}, {4, "kept_alive"}, {5, "deleted"}}};
template <>
inline constexpr std::array<NumberName, 3> kNames<OpKind>{{{1, "insert"}, {2, "update"}, {3, "remove"}}};
template <>
inline constexpr std::array<NumberName, 8> kNames<ColumnType>{{{1, "text"},
                                                               {2, "integer"},
                                                               {3, "real"},
                                                               {4, "boolean"},
                                                               {5, "date"},
                                                               {6, "time"},
                                                               {7, "reference"},
                                                               {8, "list"}}};
template <>
inline constexpr std::array<NumberName, 9> kNames<MergeKind>{{{1, "latest"},
                                                              {2, "review"},
                                                              {3, "max"},
                                                              {4, "min"},
                                                              {5, "once"},
                                                              {6, "counter"},
                                                              {7, "set"},
                                                              {8, "text"},
                                                              {9, "workflow"}}};
template <>
inline constexpr std::array<NumberName, 3> kNames<DeletePolicy>{
    {{1, "append_only"}, {2, "edit_beats_delete"}, {3, "delete_beats_edit"}}};
template <>
inline constexpr std::array<NumberName, 3> kNames<PlaceRule>{{{1, "self"}, {2, "column"}, {3, "children"}}};
template <>
inline constexpr std::array<NumberName, 6> kNames<DefaultRule>{
    {{0, "none"}, {1, "constant"}, {2, "now"}, {3, "me"}, {4, "clock_doubt"}, {5, "today"}}};
template <>
inline constexpr std::array<NumberName, 4> kNames<Check>{
    {{0, "none"}, {1, "cn_phone"}, {2, "cn_resident_id"}, {3, "key_text"}}};
template <>
inline constexpr std::array<NumberName, 3> kNames<Mask>{{{0, "none"}, {1, "first_last"}, {2, "age_band"}}};
template <>
inline constexpr std::array<NumberName, 6> kNames<ErrorDomain>{
    {{1, "usage"}, {2, "storage"}, {3, "network"}, {4, "office"}, {5, "format"}, {6, "internal"}}};
template <>
inline constexpr std::array<NumberName, 3> kNames<Retry>{{{0, "never"}, {1, "later"}, {2, "after_sign_in"}}};
template <>
inline constexpr std::array<NumberName, 25> kNames<ErrorCode>{{{1, "invalid_argument"},
                                                               {2, "not_found"},
                                                               {3, "already_exists"},
                                                               {4, "validation_failed"},
                                                               {5, "not_joined"},
                                                               {6, "pack_invalid"},
                                                               {20, "storage_failed"},
                                                               {21, "storage_full"},
                                                               {22, "storage_damaged"},
                                                               {23, "storage_busy"},
                                                               {24, "foreign_write"},
                                                               {25, "newer_format"},
                                                               {40, "unreachable"},
                                                               {41, "timed_out"},
                                                               {42, "untrusted_office"},
                                                               {60, "refused"},
                                                               {61, "unauthorized"},
                                                               {62, "overloaded"},
                                                               {63, "invitation_invalid"},
                                                               {64, "actor_forked"},
                                                               {65, "version_unsupported"},
                                                               {66, "too_large"},
                                                               {67, "wiped"},
                                                               {80, "malformed"},
                                                               {100, "invariant_broken"}}};

}  // namespace doorstep::wire
