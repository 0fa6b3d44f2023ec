#include "sqlite/layout.hpp"
#include "sqlite/session.hpp"
#include "sqlite/stored_forms.hpp"
#include "views/pack_views.hpp"

// Office, packs, actors, invitations: a few rows each.
namespace doorstep::server {
namespace {

constexpr char kOffice[] =
    "SELECT office, name, incarnation, created_ms, territory_version, horizon FROM doorstep_office WHERE one "
    "= 1";
constexpr char kCreateOffice[] =
    "INSERT INTO doorstep_office(one, office, name, incarnation, created_ms, territory_version, horizon) "
    "VALUES(1, ?1, ?2, ?3, ?4, ?5, ?6)";
constexpr char kBumpTerritory[] = "UPDATE doorstep_office SET territory_version = territory_version + 1";
constexpr char kPack[] = "SELECT version, name, bytes, source FROM doorstep_pack WHERE version = ?1";
constexpr char kNewestPack[] = "SELECT max(version) FROM doorstep_pack";
constexpr char kAddPack[] = "INSERT INTO doorstep_pack(version, name, bytes, source) VALUES(?1, ?2, ?3, ?4)";
#define ACTOR_COLUMNS                                                                                     \
  "actor, person, device_name, token_hash, signing_key, sealing_key, enrolled_ms, last_seen_ms, "         \
  "admitted_through, digest, last_stamp, pack, role, place, origin, first, previous, backed_up_through, " \
  "floor, left_at, twin, app, engine, waiting, checkpoint, checkpoint_ms, next_token_hash, token_ms, "    \
  "revoked_ms, revoke_reason, lost_ms, wiped_ms, confirmed_ms, confirmed_at"
constexpr char kActor[] = "SELECT " ACTOR_COLUMNS " FROM doorstep_actor WHERE actor = ?1";
constexpr char kActorByToken[] =
    "SELECT " ACTOR_COLUMNS " FROM doorstep_actor WHERE token_hash = ?1 OR next_token_hash = ?1";
constexpr char kActors[] = "SELECT " ACTOR_COLUMNS " FROM doorstep_actor ORDER BY actor";
constexpr char kAddActor[] = "INSERT INTO doorstep_actor(" ACTOR_COLUMNS
                             ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, "
                             "?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, "
                             "?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34)";
#undef ACTOR_COLUMNS
constexpr char kSaveProgress[] =
    "UPDATE doorstep_actor SET last_seen_ms = ?2, admitted_through = ?3, digest = ?4, last_stamp = ?5, pack "
    "= ?6, floor = ?7, app = ?8, engine = ?9, waiting = ?10, checkpoint = ?11, checkpoint_ms = ?12, "
    "confirmed_ms = ?13, confirmed_at = ?14 WHERE actor = ?1";
constexpr char kSaveTwin[] =
    "UPDATE doorstep_actor SET twin = ?2, first = ?3, previous = ?4 WHERE actor = ?1";
constexpr char kSaveTokens[] =
    "UPDATE doorstep_actor SET token_hash = ?2, next_token_hash = ?3, token_ms = ?4 WHERE actor = ?1";
constexpr char kSaveDeviceName[] = "UPDATE doorstep_actor SET device_name = ?2 WHERE actor = ?1";
constexpr char kSaveRevocation[] =
    "UPDATE doorstep_actor SET revoked_ms = ?2, revoke_reason = ?3, lost_ms = ?4, wiped_ms = ?5 WHERE actor "
    "= ?1";
constexpr char kSaveBackedUp[] = "UPDATE doorstep_actor SET backed_up_through = ?2 WHERE actor = ?1";
constexpr char kSaveKey[] = "UPDATE doorstep_actor SET signing_key = ?2 WHERE actor = ?1";
constexpr char kLastActor[] = "SELECT max(actor) FROM doorstep_actor WHERE actor BETWEEN ?1 AND ?2";
constexpr char kInvitation[] =
    "SELECT code_hash, person, role, place, expires_ms, used_ms, actor FROM doorstep_invitation WHERE "
    "code_hash = ?1";
constexpr char kAddInvitation[] =
    "INSERT INTO doorstep_invitation(code_hash, person, role, place, expires_ms) VALUES(?1, ?2, ?3, ?4, ?5)";
constexpr char kUseInvitation[] =
    "UPDATE doorstep_invitation SET used_ms = ?2, actor = ?3 WHERE code_hash = ?1 AND used_ms IS NULL";

ActorRecord read_actor(const sql::Statement& row) {
  ActorRecord actor;
  actor.actor = ActorId{as_unsigned(row.integer(0))};
  actor.person = id_from_text(row.text(1));
  actor.device_name = row.text(2);
  actor.token_hash = array_from<32>(row.blob(3));
  actor.signing_key = array_from<32>(row.blob(4));
  actor.sealing_key = array_from<32>(row.blob(5));
  actor.enrolled_ms = row.integer(6);
  actor.last_seen_ms = row.integer(7);
  actor.admitted_through = GroupNumber{as_unsigned(row.integer(8))};
  actor.digest = array_from<32>(row.blob(9));
  actor.last_stamp = Stamp{as_unsigned(row.integer(10))};
  actor.pack = PackVersion{static_cast<std::uint32_t>(row.integer(11))};
  actor.role = row.text(12);
  if (!row.is_null(13)) actor.place = id_from_text(row.text(13));
  actor.origin = ActorId{as_unsigned(row.integer(14))};
  actor.first = GroupNumber{as_unsigned(row.integer(15))};
  actor.previous = array_from<32>(row.blob(16));
  actor.backed_up_through = GroupNumber{as_unsigned(row.integer(17))};
  actor.floor = FeedPosition{as_unsigned(row.integer(18))};
  actor.left_at = GroupNumber{as_unsigned(row.integer(19))};
  actor.twin = ActorId{as_unsigned(row.integer(20))};
  actor.app = row.text(21);
  actor.engine = row.text(22);
  actor.waiting = as_unsigned(row.integer(23));
  actor.checkpoint = FeedPosition{as_unsigned(row.integer(24))};
  actor.checkpoint_ms = row.integer(25);
  actor.next_token_hash = array_from<32>(row.blob(26));
  actor.token_ms = row.integer(27);
  actor.revoked_ms = row.integer(28);
  actor.revoke_reason = row.text(29);
  actor.lost_ms = optional_integer(row, 30);
  actor.wiped_ms = row.integer(31);
  actor.confirmed_ms = row.integer(32);
  actor.confirmed_at = FeedPosition{as_unsigned(row.integer(33))};
  return actor;
}

/// The one row of a statement, or none.
template <typename Read>
auto read_one(sql::Statement& statement, Read read) -> Result<std::optional<decltype(read(statement))>> {
  const ResetAfter reset(statement);
  DOORSTEP_TRY(found, statement.step());
  if (!found) return std::nullopt;
  return read(statement);
}

}  // namespace

Result<std::optional<OfficeRecord>> SqliteSession::office() {
  DOORSTEP_TRY(statement, prepared(kOffice));
  return read_one(*statement, [](const sql::Statement& row) {
    return OfficeRecord{id_from_text(row.text(0)),
                        std::string(row.text(1)),
                        static_cast<std::uint32_t>(row.integer(2)),
                        row.integer(3),
                        as_unsigned(row.integer(4)),
                        FeedPosition{as_unsigned(row.integer(5))}};
  });
}

Status SqliteSession::create_office(const OfficeRecord& office) {
  DOORSTEP_TRY(statement, prepared(kCreateOffice));
  statement->bind_id(1, office.office).bind_text(2, office.name).bind(3, office.incarnation);
  statement->bind(4, office.created_ms).bind(5, as_integer(office.territory_version));
  statement->bind(6, as_integer(raw(office.horizon)));
  return statement->run();
}

Status SqliteSession::bump_territory() {
  DOORSTEP_TRY(statement, prepared(kBumpTerritory));
  return statement->run();
}

Result<std::optional<PackRecord>> SqliteSession::pack(PackVersion version) {
  DOORSTEP_TRY(statement, prepared(kPack));
  statement->bind(1, raw(version));
  return read_one(*statement, [](const sql::Statement& row) {
    return PackRecord{PackVersion{static_cast<std::uint32_t>(row.integer(0))}, std::string(row.text(1)),
                      std::string(row.blob(2)), std::string(row.text(3))};
  });
}

Result<std::optional<PackVersion>> SqliteSession::newest_pack() {
  DOORSTEP_TRY(statement, prepared(kNewestPack));
  const ResetAfter reset(*statement);
  DOORSTEP_CHECK(statement->step());
  if (statement->is_null(0)) return std::nullopt;
  return PackVersion{static_cast<std::uint32_t>(statement->integer(0))};
}

Status SqliteSession::add_pack(const PackRecord& record, const Pack& pack, const Pack* older) {
  // A table with a read under way cannot be replaced.
  if (found_.statement != nullptr) found_.statement->reset();
  DOORSTEP_CHECK(upgrade_pack_tables(connection_, older, pack));
  DOORSTEP_CHECK(create_folding(pack));
  DOORSTEP_CHECK(check_views(connection_, pack));
  DOORSTEP_TRY(statement, prepared(kAddPack));
  statement->bind(1, raw(record.version)).bind_text(2, record.name);
  statement->bind_blob(3, record.frame).bind_text(4, record.source);
  return statement->run();
}

Result<std::optional<ActorRecord>> SqliteSession::actor(ActorId actor) {
  DOORSTEP_TRY(statement, prepared(kActor));
  statement->bind(1, as_integer(raw(actor)));
  return read_one(*statement, read_actor);
}

Result<std::optional<ActorRecord>> SqliteSession::actor_by_token(const Digest& token_hash) {
  DOORSTEP_TRY(statement, prepared(kActorByToken));
  statement->bind_blob(1, view(token_hash));
  return read_one(*statement, read_actor);
}

Result<std::vector<ActorRecord>> SqliteSession::actors() {
  DOORSTEP_TRY(statement, prepared(kActors));
  const ResetAfter reset(*statement);
  std::vector<ActorRecord> actors;
  for (;;) {
    DOORSTEP_TRY(found, statement->step());
    if (!found) return actors;
    actors.push_back(read_actor(*statement));
  }
}

Status SqliteSession::add_actor(const ActorRecord& actor) {
  DOORSTEP_TRY(statement, prepared(kAddActor));
  statement->bind(1, as_integer(raw(actor.actor)));
  if (actor.person == RowId{})
    statement->bind_null(2);
  else
    statement->bind_id(2, actor.person);
  statement->bind_text(3, actor.device_name).bind_blob(4, view(actor.token_hash));
  statement->bind_blob(5, view(actor.signing_key)).bind_blob(6, view(actor.sealing_key));
  statement->bind(7, actor.enrolled_ms).bind(8, actor.last_seen_ms);
  statement->bind(9, as_integer(raw(actor.admitted_through))).bind_blob(10, view(actor.digest));
  statement->bind(11, as_integer(actor.last_stamp.bits)).bind(12, raw(actor.pack)).bind_text(13, actor.role);
  if (actor.place == RowId{})
    statement->bind_null(14);
  else
    statement->bind_id(14, actor.place);
  statement->bind(15, as_integer(raw(actor.origin))).bind(16, as_integer(raw(actor.first)));
  statement->bind_blob(17, view(actor.previous)).bind(18, as_integer(raw(actor.backed_up_through)));
  statement->bind(19, as_integer(raw(actor.floor))).bind(20, as_integer(raw(actor.left_at)));
  statement->bind(21, as_integer(raw(actor.twin))).bind_text(22, actor.app).bind_text(23, actor.engine);
  statement->bind(24, as_integer(actor.waiting)).bind(25, as_integer(raw(actor.checkpoint)));
  statement->bind(26, actor.checkpoint_ms).bind_blob(27, view(actor.next_token_hash));
  statement->bind(28, actor.token_ms).bind(29, actor.revoked_ms).bind_text(30, actor.revoke_reason);
  bind_optional(*statement, 31, actor.lost_ms);
  statement->bind(32, actor.wiped_ms).bind(33, actor.confirmed_ms);
  return statement->bind(34, as_integer(raw(actor.confirmed_at))).run();
}

Status SqliteSession::save_progress(const ActorRecord& actor) {
  DOORSTEP_TRY(statement, prepared(kSaveProgress));
  statement->bind(1, as_integer(raw(actor.actor))).bind(2, actor.last_seen_ms);
  statement->bind(3, as_integer(raw(actor.admitted_through))).bind_blob(4, view(actor.digest));
  statement->bind(5, as_integer(actor.last_stamp.bits)).bind(6, raw(actor.pack));
  statement->bind(7, as_integer(raw(actor.floor))).bind_text(8, actor.app).bind_text(9, actor.engine);
  statement->bind(10, as_integer(actor.waiting)).bind(11, as_integer(raw(actor.checkpoint)));
  statement->bind(12, actor.checkpoint_ms).bind(13, actor.confirmed_ms);
  return statement->bind(14, as_integer(raw(actor.confirmed_at))).run();
}

Status SqliteSession::save_twin(const ActorRecord& actor) {
  DOORSTEP_TRY(statement, prepared(kSaveTwin));
  statement->bind(1, as_integer(raw(actor.actor))).bind(2, as_integer(raw(actor.twin)));
  statement->bind(3, as_integer(raw(actor.first))).bind_blob(4, view(actor.previous));
  DOORSTEP_CHECK(statement->run());
  return save_progress(actor);
}

Status SqliteSession::save_tokens(const ActorRecord& actor) {
  DOORSTEP_TRY(statement, prepared(kSaveTokens));
  statement->bind(1, as_integer(raw(actor.actor))).bind_blob(2, view(actor.token_hash));
  return statement->bind_blob(3, view(actor.next_token_hash)).bind(4, actor.token_ms).run();
}

Status SqliteSession::save_device_name(ActorId actor, const std::string& name) {
  DOORSTEP_TRY(statement, prepared(kSaveDeviceName));
  return statement->bind(1, as_integer(raw(actor))).bind_text(2, name).run();
}

Status SqliteSession::save_revocation(const ActorRecord& actor) {
  DOORSTEP_TRY(statement, prepared(kSaveRevocation));
  statement->bind(1, as_integer(raw(actor.actor))).bind(2, actor.revoked_ms);
  statement->bind_text(3, actor.revoke_reason);
  bind_optional(*statement, 4, actor.lost_ms);
  return statement->bind(5, actor.wiped_ms).run();
}

Status SqliteSession::save_backed_up(ActorId actor, GroupNumber through) {
  DOORSTEP_TRY(statement, prepared(kSaveBackedUp));
  return statement->bind(1, as_integer(raw(actor))).bind(2, as_integer(raw(through))).run();
}

Status SqliteSession::save_key(ActorId actor, const PublicKey& signing_key) {
  DOORSTEP_TRY(statement, prepared(kSaveKey));
  return statement->bind(1, as_integer(raw(actor))).bind_blob(2, view(signing_key)).run();
}

Result<ActorId> SqliteSession::last_actor(std::uint32_t incarnation) {
  DOORSTEP_TRY(statement, prepared(kLastActor));
  statement->bind(1, as_integer(raw(make_actor(incarnation, 0))));
  statement->bind(2, as_integer(raw(make_actor(incarnation, 0xFFFFFFFF))));
  const ResetAfter reset(*statement);
  DOORSTEP_CHECK(statement->step());
  return ActorId{as_unsigned(statement->integer(0))};
}

Result<std::optional<InvitationRecord>> SqliteSession::invitation(const Digest& code_hash) {
  DOORSTEP_TRY(statement, prepared(kInvitation));
  statement->bind_blob(1, view(code_hash));
  return read_one(*statement, [](const sql::Statement& row) {
    return InvitationRecord{array_from<32>(row.blob(0)),
                            id_from_text(row.text(1)),
                            std::string(row.text(2)),
                            id_from_text(row.text(3)),
                            row.integer(4),
                            optional_integer(row, 5),
                            ActorId{as_unsigned(row.integer(6))}};
  });
}

Status SqliteSession::add_invitation(const InvitationRecord& invitation) {
  DOORSTEP_TRY(statement, prepared(kAddInvitation));
  statement->bind_blob(1, view(invitation.code_hash)).bind_id(2, invitation.person);
  statement->bind_text(3, invitation.role).bind_id(4, invitation.place).bind(5, invitation.expires_ms);
  return statement->run();
}

Status SqliteSession::use_invitation(const Digest& code_hash, std::int64_t used_ms, ActorId actor) {
  DOORSTEP_TRY(statement, prepared(kUseInvitation));
  statement->bind_blob(1, view(code_hash)).bind(2, used_ms).bind(3, as_integer(raw(actor)));
  return statement->run();
}

}  // namespace doorstep::server
