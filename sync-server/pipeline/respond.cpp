#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "pipeline/cut_text.hpp"
#include "pipeline/page_builder.hpp"
#include "pipeline/pipeline.hpp"
#include "wire/checksum.hpp"
#include "wire/codec.hpp"

// Answers: verdicts as the writer decided them, and a page from a snapshot.
namespace doorstep::server {
namespace {

/// What a device holds and is to have, slice by slice.
struct Holdings {
  std::vector<Slice> slices;  ///< Of today's posts.
  std::vector<Slice> former;  ///< Of posts that are over, and that its cursor still names.
};

/// Whether a device can go on from its cursor. It cannot when that is another office's (this one was put back
/// to a backup), has no beginning, lies ahead of the feed (somebody copied old files into place), or is so
/// old that deletes were collected which it has not heard of.
bool goes_on(const wire::Cursor& cursor, const OfficeRecord& office, FeedPosition head) {
  if (cursor.incarnation != office.incarnation || cursor.floor == FeedPosition{} ||
      cursor.floor < office.horizon)
    return false;
  if (cursor.shift &&
      (cursor.shift->seen < cursor.floor || head < cursor.shift->seen || head < cursor.shift->position))
    return false;
  return std::all_of(cursor.slices.begin(), cursor.slices.end(),
                     [&](const wire::SliceCursor& slice) { return slice.position <= head; });
}

/// The slices of the person behind an actor, each at the feed's beginning; as former ones those of her other
/// posts, had they been given together with today's.
Holdings holdings_of(const Territory& territory, const Rights& rights, const RowId& person,
                     std::int64_t now_ms, const Digest& projected) {
  const std::int64_t day = day_of(now_ms);
  const Digest layout = layout_of(projected, rights, territory.assignments_of(person, day));
  Holdings out;
  for (const Assignment& post : territory.posts_of(person)) {
    std::vector<Slice>& slices = post.active_on(day) ? out.slices : out.former;
    slices.push_back({slice_id(post.id, post.place, layout), territory.find(post.place), FeedPosition{},
                      rights.role(post.role)});
  }
  std::vector<Slice>& slices = out.slices;
  std::sort(slices.begin(), slices.end(), [](const Slice& a, const Slice& b) { return a.id < b.id; });
  if (slices.size() > doorstep::limits::kSlices) slices.resize(doorstep::limits::kSlices);
  return out;
}

/// Of posts that are not over.
std::vector<std::string> roles_of(const Territory& territory, const RowId& person, std::int64_t now_ms) {
  const std::int64_t today = day_of(now_ms);
  std::set<std::string> roles;
  for (const Assignment& post : territory.posts_of(person))
    if (!post.is_deleted && today <= post.last_day && roles.size() < doorstep::limits::kRoles)
      roles.insert(post.role);
  return {roles.begin(), roles.end()};
}

Slice* find_slice(std::vector<Slice>& slices, const RowId& id) {
  const auto at = std::find_if(slices.begin(), slices.end(), [&](const Slice& one) { return one.id == id; });
  return at == slices.end() ? nullptr : &*at;
}

/// Puts the slices where the device's cursor has them, and leaves of the former ones those that it has. False
/// when it has one that nothing is known of: a post was given another place, or what it holds was sent by
/// other rights or in another layout. Then it fetches what it may see afresh, and what that does not name is
/// not there any more.
bool continue_from(const wire::Cursor& cursor, Holdings& holdings) {
  // Of somebody without a post everything leaves, also what stands nowhere.
  if (holdings.slices.empty()) return cursor.slices.empty();
  for (const wire::SliceCursor& known : cursor.slices) {
    Slice* slice = find_slice(holdings.slices, known.slice);
    if (slice == nullptr) slice = find_slice(holdings.former, known.slice);
    if (slice == nullptr) return false;
    slice->position = known.position;
    slice->is_held = true;
  }
  std::vector<Slice>& former = holdings.former;
  former.erase(
      std::remove_if(former.begin(), former.end(), [](const Slice& slice) { return !slice.is_held; }),
      former.end());
  return holdings.slices.size() + former.size() <= doorstep::limits::kSlices;
}

void begin_afresh(Holdings& holdings) {
  holdings.former.clear();
  for (Slice& slice : holdings.slices) {
    slice.position = FeedPosition{};
    slice.is_held = false;
  }
}

/// Whether the cursor is that of a checkpoint, and names what its holder's posts give her and nothing else.
bool confirms(const wire::Cursor& cursor, const Holdings& holdings) {
  if (cursor.whole || cursor.shift || !holdings.former.empty()) return false;
  return std::all_of(holdings.slices.begin(), holdings.slices.end(), [&](const Slice& slice) {
    return !slice.is_held || slice.position == cursor.floor || slice.root == Territory::kNowhere;
  });
}

/// Verdicts of held groups that are no longer what the device was told, as the snapshot has them.
Result<std::vector<wire::Verdict>> changed_verdicts(ReadSnapshot& snapshot,
                                                    const wire::SyncRequest& request) {
  std::vector<wire::Verdict> verdicts;
  if (request.held.empty()) return verdicts;
  DOORSTEP_TRY(file, Lineages().of(snapshot, request.actor));
  for (const GroupNumber number : request.held)
    DOORSTEP_CHECK(
        snapshot.each_group(file.owner(number), number, number, false, [&](const GroupRecord& group) {
          if (group.decision || group.verdict != wire::VerdictKind::held)
            verdicts.push_back(verdict_of(group));
          return true;
        }));
  return verdicts;
}

}  // namespace

Result<wire::SyncResponse> Pipeline::respond(const wire::SyncRequest& request, const PushOutcome* outcome) {
  ++counters_.requests;
  DOORSTEP_TRY(snapshot, office_->store().snapshot());
  DOORSTEP_TRY(actor, snapshot->actor(request.actor));
  if (!actor || serial_of(request.actor) == kOfficeSerial) return unknown_device();
  wire::SyncResponse response;
  response.time = signed_now();
  response.keys_version = options_.keys_version;
  response.next = request.cursor;
  DOORSTEP_TRY(file, Lineages().of(*snapshot, request.actor));
  DOORSTEP_TRY(through, known_through(*snapshot, file, *actor));
  response.admitted_through = through;
  response.backed_up_through = std::min(actor->backed_up_through, through);
  GroupNumber verdict_through = through;
  if (outcome != nullptr) {
    response.push = outcome->result;
    response.verdicts = outcome->verdicts;
    // Otherwise as the page has it: another copy of the device's file may have pushed since.
    if (outcome->result == wire::PushResult::forked) response.admitted_through = outcome->admitted_through;
    verdict_through = outcome->verdict_through;
  }
  DOORSTEP_TRY(newest, snapshot->newest_pack());
  if (newest) response.pack = *newest;
  if (actor->next_token_hash != Digest{})
    response.token = next_token(office_->record().office, *actor, options_.identity);
  if (actor->is_revoked()) response.wipe = wipe_order(*actor);
  // A copy of another device's file must not mistake that device's groups for its own.
  if (response.push == wire::PushResult::forked) {
    response.next.incarnation = office_->record().incarnation;
    return response;
  }
  DOORSTEP_TRY(changed, changed_verdicts(*snapshot, request));
  response.verdicts.insert(response.verdicts.begin(), changed.begin(), changed.end());
  if (response.wipe) {
    office_->note_seen(request.actor, sighting_of(request));
    response.next.incarnation = office_->record().incarnation;
    return response;
  }
  const bool is_ours = request.cursor.incarnation == office_->record().incarnation;
  if (is_ours) {
    office_->note_seen(request.actor, sighting_of(request));
    DOORSTEP_TRY(parcels, shelf_.give(*snapshot, office_->actor(), request.actor, request.carried));
    response.parcels = std::move(parcels);
  }
  if (!request.pull) return response;
  DOORSTEP_TRY(checkpoint, add_page(*snapshot, *actor, request, verdict_through, response));
  response.checkpoint = checkpoint;
  if (!checkpoint) return response;
  response.included_through = std::min(through, verdict_through);
  if (!is_ours) return response;
  Sighting sighting = sighting_of(request);
  sighting.checkpoint = response.next.floor;
  office_->note_seen(request.actor, std::move(sighting));
  return response;
}

Sighting Pipeline::sighting_of(const wire::SyncRequest& request) const {
  Sighting sighting;
  sighting.at_ms = office_->now_ms();
  sighting.floor = request.cursor.floor;
  sighting.app = cut_text(request.app, doorstep::limits::kSoftwareNameBytes);
  sighting.engine = cut_text(request.engine, doorstep::limits::kSoftwareNameBytes);
  sighting.waiting = request.waiting;
  sighting.pack = request.pack;
  return sighting;
}

wire::WipeOrder Pipeline::wipe_order(const ActorRecord& actor) const {
  wire::WipeOrder order;
  order.asked_ms = actor.revoked_ms;
  order.signature = sign(wire::signed_bytes(office_->record().office, actor.actor, order), options_.identity);
  return order;
}

Result<bool> Pipeline::add_page(ReadSnapshot& snapshot, const ActorRecord& actor,
                                const wire::SyncRequest& request, GroupNumber verdict_through,
                                wire::SyncResponse& response) {
  DOORSTEP_TRY(projection, office_->projection(snapshot, request.pack));
  DOORSTEP_TRY(territory, office_->territory(snapshot));
  DOORSTEP_TRY(head, snapshot.feed_head());
  DOORSTEP_TRY(office, snapshot.office());
  Holdings holdings = holdings_of(*territory, projection->newest().rights(), actor.person, office_->now_ms(),
                                  projection->layout());
  bool continues = goes_on(request.cursor, *office, head) && continue_from(request.cursor, holdings);
  Shift shift;
  RowId reading;
  if (continues) {
    if (confirms(request.cursor, holdings)) office_->note_confirmed(actor.actor, head);
    const wire::ShiftCursor before =
        request.cursor.shift.value_or(wire::ShiftCursor{request.cursor.floor, {}, {}});
    const bool was_reading = before.reading != RowId{};
    auto places = shifted_places(*territory, projection->newest().rights(), holdings.slices, holdings.former,
                                 before.seen, was_reading);
    continues = places.has_value();
    if (places && !places->empty()) {
      reading = reading_of(*territory, actor.person, *places);
      shift = {std::move(*places), reading == before.reading ? before.position : FeedPosition{}};
    }
  }
  if (!continues) begin_afresh(holdings);
  std::vector<Slice>& slices = holdings.slices;
  PageBuilder builder(snapshot, *projection, *territory,
                      {actor.actor, request.included_through, verdict_through, actor.person, request.repair},
                      options_.page);
  DOORSTEP_TRY(checkpoint, builder.build(slices, shift));
  // An office that was put back may not have the device's pack: then the two see the rows differently.
  DOORSTEP_TRY(spoken, snapshot.pack(request.pack));
  const bool comparable = continues && !request.cursor.whole && spoken.has_value();
  if (checkpoint && comparable && request.check && wire::is_sound(*request.check)) {
    DOORSTEP_TRY(checksum, builder.check(*request.check, request.repair));
    response.checksum = checksum;
    response.repaired = request.repair;
  }
  response.page = builder.take_page();
  response.roles = roles_of(*territory, actor.person, office_->now_ms());
  response.next = {};
  response.next.incarnation = office->incarnation;
  response.next.floor = checkpoint || !continues ? head : request.cursor.floor;
  response.next.whole = !continues || request.cursor.whole;
  for (const Slice& slice : slices) response.next.slices.push_back({slice.id, slice.position});
  const bool reads_again = !shift.places.empty() && shift.position < head;
  if (reads_again) {
    response.next.shift = request.cursor.shift.value_or(wire::ShiftCursor{request.cursor.floor, {}, {}});
    response.next.shift->reading = reading;
    response.next.shift->position = shift.position;
    // Should one of these posts go on after all, it begins anew: some of it has left.
    for (const Slice& slice : holdings.former) response.next.slices.push_back({slice.id, FeedPosition{}});
  } else if (!checkpoint && continues && (!shift.places.empty() || request.cursor.shift)) {
    response.next.shift = wire::ShiftCursor{head, {}, {}};
  }
  response.next.chain = wire::chain_page(continues ? request.cursor.chain : 0, *response.page);
  ++counters_.pages;
  for (const wire::RowSection& section : response.page->sections) counters_.sent_rows += section.ids.size();
  return checkpoint;
}

/// A signature costs more than most pages: requests within one millisecond share it.
wire::SignedTime Pipeline::signed_now() {
  const std::int64_t now_ms = office_->now_ms();
  const std::lock_guard lock(time_mutex_);
  if (last_time_.ms != now_ms) {
    last_time_.ms = now_ms;
    last_time_.signature = sign(wire::signed_bytes(office_->record().office, now_ms), options_.identity);
  }
  return last_time_;
}

}  // namespace doorstep::server
