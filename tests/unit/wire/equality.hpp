#pragma once

#include <cstring>
#include <optional>
#include <vector>

#include "wire/messages.hpp"

/// Equality of messages, field by field. The structured bindings name every field: a new one does not
/// compile until it is compared here.
namespace doorstep::test {

inline bool same(std::uint64_t a, std::uint64_t b) { return a == b; }
inline bool same(std::int64_t a, std::int64_t b) { return a == b; }
inline bool same(std::uint32_t a, std::uint32_t b) { return a == b; }
inline bool same(bool a, bool b) { return a == b; }
template <typename E, std::enable_if_t<std::is_enum_v<E>, int> = 0>
bool same(E a, E b) {
  return a == b;
}
inline bool same(const std::string& a, const std::string& b) { return a == b; }
inline bool same(const RowId& a, const RowId& b) { return a == b; }
inline bool same(const Stamp& a, const Stamp& b) { return a == b; }
inline bool same(const VersionName& a, const VersionName& b) { return a == b; }
inline bool same(const Version& a, const Version& b) { return a == b; }
inline bool same(const RowKey& a, const RowKey& b) { return a == b; }
template <std::size_t N>
bool same(const std::array<std::uint8_t, N>& a, const std::array<std::uint8_t, N>& b) {
  return a == b;
}
/// Bit by bit: also NaN equals itself, and -0.0 differs from 0.0.
inline bool same(const Value& a, const Value& b) {
  if (a.index() != b.index()) return false;
  if (a.index() != 2) return a == b;
  return std::memcmp(&std::get<double>(a), &std::get<double>(b), sizeof(double)) == 0;
}

template <typename T>
bool same(const std::optional<T>& a, const std::optional<T>& b);
template <typename T>
bool same(const std::vector<T>& a, const std::vector<T>& b);

#define DOORSTEP_SAME(Type, fields, compared)      \
  inline bool same(const Type& a, const Type& b) { \
    const auto tuple = [](const Type& m) {         \
      const auto& fields = m;                      \
      return std::tie compared;                    \
    };                                             \
    return same_tuple(tuple(a), tuple(b));         \
  }

template <typename Tuple, std::size_t... I>
bool same_tuple(const Tuple& a, const Tuple& b, std::index_sequence<I...>);
template <typename Tuple>
bool same_tuple(const Tuple& a, const Tuple& b) {
  return same_tuple(a, b, std::make_index_sequence<std::tuple_size_v<Tuple>>{});
}

inline bool same(const CellParts& a, const CellParts& b) { return a == b; }
inline bool same(const Label& a, const Label& b) { return a.zh == b.zh && a.en == b.en; }

inline bool same(const Choice& a, const Choice& b);
inline bool same(const Column& a, const Column& b);
inline bool same(const Retention& a, const Retention& b);
inline bool same(const Table& a, const Table& b);
inline bool same(const Move& a, const Move& b);
inline bool same(const RoleRights& a, const RoleRights& b);
inline bool same(const Role& a, const Role& b);
inline bool same(const Level& a, const Level& b);
inline bool same(const ViewParameter& a, const ViewParameter& b);
inline bool same(const ChoicesOf& a, const ChoicesOf& b);
inline bool same(const ViewColumn& a, const ViewColumn& b);
inline bool same(const View& a, const View& b);
inline bool same(const Pack& a, const Pack& b);
inline bool same(const Error& a, const Error& b);
inline bool same(const CellWrite& a, const CellWrite& b);
inline bool same(const Op& a, const Op& b);
inline bool same(const Group& a, const Group& b);
inline bool same(const Head& a, const Head& b);
inline bool same(const Cell& a, const Cell& b);
inline bool same(const Death& a, const Death& b);
inline bool same(const Loser& a, const Loser& b);
inline bool same(const RowState& a, const RowState& b);
inline bool same(const wire::Succession& a, const wire::Succession& b);
inline bool same(const wire::KeyList& a, const wire::KeyList& b);
inline bool same(const wire::JoinRequest& a, const wire::JoinRequest& b);
inline bool same(const wire::JoinResponse& a, const wire::JoinResponse& b);
inline bool same(const wire::Certificate& a, const wire::Certificate& b);
inline bool same(const wire::RehomeRequest& a, const wire::RehomeRequest& b);
inline bool same(const wire::ReadmitRequest& a, const wire::ReadmitRequest& b);
inline bool same(const wire::Bucket& a, const wire::Bucket& b);
inline bool same(const wire::Checksum& a, const wire::Checksum& b);
inline bool same(const wire::SliceCursor& a, const wire::SliceCursor& b);
inline bool same(const wire::ShiftCursor& a, const wire::ShiftCursor& b);
inline bool same(const wire::Cursor& a, const wire::Cursor& b);
inline bool same(const wire::SignedTime& a, const wire::SignedTime& b);
inline bool same(const wire::Push& a, const wire::Push& b);
inline bool same(const wire::Parcels& a, const wire::Parcels& b);
inline bool same(const wire::HandOver& a, const wire::HandOver& b);
inline bool same(const wire::WipeOrder& a, const wire::WipeOrder& b);
inline bool same(const wire::WipeReport& a, const wire::WipeReport& b);
inline bool same(const wire::RevealRequest& a, const wire::RevealRequest& b);
inline bool same(const wire::Revealed& a, const wire::Revealed& b);
inline bool same(const wire::SyncRequest& a, const wire::SyncRequest& b);
inline bool same(const wire::Verdict& a, const wire::Verdict& b);
inline bool same(const wire::RowSection& a, const wire::RowSection& b);
inline bool same(const wire::GoneRow& a, const wire::GoneRow& b);
inline bool same(const wire::OwnRow& a, const wire::OwnRow& b);
inline bool same(const wire::LedgerItem& a, const wire::LedgerItem& b);
inline bool same(const wire::Page& a, const wire::Page& b);
inline bool same(const wire::SyncResponse& a, const wire::SyncResponse& b);
inline bool same(const wire::ErrorMessage& a, const wire::ErrorMessage& b);

template <typename T>
bool same(const std::optional<T>& a, const std::optional<T>& b) {
  return a.has_value() == b.has_value() && (!a || same(*a, *b));
}
template <typename T>
bool same(const std::vector<T>& a, const std::vector<T>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!same(a[i], b[i])) return false;
  return true;
}
template <typename Tuple, std::size_t... I>
bool same_tuple(const Tuple& a, const Tuple& b, std::index_sequence<I...>) {
  return (same(std::get<I>(a), std::get<I>(b)) && ...);
}

#define LIST(...) [__VA_ARGS__]
#define TIED(...) (__VA_ARGS__)
#define DOORSTEP_FIELDS(Type, ...) DOORSTEP_SAME(Type, LIST(__VA_ARGS__), TIED(__VA_ARGS__))

DOORSTEP_FIELDS(Choice, f1, f2)
DOORSTEP_FIELDS(Column, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18, f19,
                f20, f21, f22, f23, f24, f25, f26, f27)
DOORSTEP_FIELDS(RoleRights, f1, f2, f3, f4, f5, f6, f7, f8, f9)
DOORSTEP_FIELDS(Retention, f1, f2, f3, f4)
DOORSTEP_FIELDS(Table, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17)
DOORSTEP_FIELDS(Move, f1, f2)
DOORSTEP_FIELDS(Role, f1, f2, f3, f4)
DOORSTEP_FIELDS(Level, f1, f2)
DOORSTEP_FIELDS(ViewParameter, f1, f2, f3, f4, f5, f6, f7)
DOORSTEP_FIELDS(ChoicesOf, f1, f2)
DOORSTEP_FIELDS(ViewColumn, f1, f2, f3, f4, f5, f6)
DOORSTEP_FIELDS(View, f1, f2, f3, f4, f5, f6)
DOORSTEP_FIELDS(Pack, f1, f2, f3, f4, f5, f6, f7)
DOORSTEP_FIELDS(Error, f1, f2, f3, f4, f5)
DOORSTEP_FIELDS(CellWrite, f1, f2, f3, f4)
DOORSTEP_FIELDS(Op, f1, f2, f3, f4, f5)
DOORSTEP_FIELDS(Group, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11)
DOORSTEP_FIELDS(Head, f1, f2, f3)
DOORSTEP_FIELDS(Cell, f1, f2, f3, f4, f5, f6)
DOORSTEP_FIELDS(Death, f1, f2, f3, f4)
DOORSTEP_FIELDS(Loser, f1, f2, f3, f4)
DOORSTEP_FIELDS(RowState, f1, f2, f3, f4)
DOORSTEP_FIELDS(wire::Succession, f1, f2, f3)
DOORSTEP_FIELDS(wire::KeyList, f1, f2, f3, f4, f5, f6, f7, f8, f9)
DOORSTEP_FIELDS(wire::JoinRequest, f1, f2, f3, f4)
DOORSTEP_FIELDS(wire::JoinResponse, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10)
DOORSTEP_FIELDS(wire::Certificate, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14)
DOORSTEP_FIELDS(wire::RehomeRequest, f1, f2, f3, f4)
DOORSTEP_FIELDS(wire::ReadmitRequest, f1, f2, f3, f4)
DOORSTEP_FIELDS(wire::Bucket, f1, f2)
DOORSTEP_FIELDS(wire::Checksum, f1, f2, f3)
DOORSTEP_FIELDS(wire::SliceCursor, f1, f2)
DOORSTEP_FIELDS(wire::ShiftCursor, f1, f2, f3)
DOORSTEP_FIELDS(wire::Cursor, f1, f2, f3, f4, f5, f6)
DOORSTEP_FIELDS(wire::SignedTime, f1, f2)
DOORSTEP_FIELDS(wire::Push, f1, f2, f3, f4, f5)
DOORSTEP_FIELDS(wire::Parcels, f1, f2, f3, f4, f5)
DOORSTEP_FIELDS(wire::HandOver, f1)
DOORSTEP_FIELDS(wire::WipeOrder, f1, f2, f3)
DOORSTEP_FIELDS(wire::WipeReport, f1, f2)
DOORSTEP_FIELDS(wire::RevealRequest, f1, f2, f3)
DOORSTEP_FIELDS(wire::Revealed, f1)
DOORSTEP_FIELDS(wire::SyncRequest, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13)
DOORSTEP_FIELDS(wire::Verdict, f1, f2, f3, f4, f5, f6)
DOORSTEP_FIELDS(wire::RowSection, f1, f2, f3, f4, f5)
DOORSTEP_FIELDS(wire::GoneRow, f1, f2, f3)
DOORSTEP_FIELDS(wire::OwnRow, f1, f2)
DOORSTEP_FIELDS(wire::LedgerItem, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11)
DOORSTEP_FIELDS(wire::Page, f1, f2, f3, f4, f5)
DOORSTEP_FIELDS(wire::SyncResponse, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16,
                f17)
DOORSTEP_FIELDS(wire::ErrorMessage, f1)

#undef DOORSTEP_FIELDS
#undef DOORSTEP_SAME
#undef LIST
#undef TIED

}  // namespace doorstep::test
