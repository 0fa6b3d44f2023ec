#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/leader_posts.hpp"
#include "app/print_desk.hpp"
#include "app/row_names.hpp"
#include "app/terminal.hpp"
#include "base/error.hpp"
#include "pipeline/cut_text.hpp"
#include "printing/leaders.hpp"
#include "printing/limits.hpp"

// `print plates` and `print cards`.
namespace doorstep::server {
namespace {

using nlohmann::ordered_json;
using printing::Card;
using printing::Plate;

std::string cut(const std::string& text) { return cut_text(text, printing::limits::kTextBytes); }

tl::unexpected<Error> fail_nobody(const Label& kind) {
  return fail_usage(
      "没有可印的" + kind.zh + ":只印今天在任、并且同意上公示牌的人。",
      "There are no " + kind.en + " to print: only who is in post today and agreed to be shown is printed.");
}

Status check_level(const Pack& pack, const std::string& level) {
  std::string names;
  for (const Level& one : pack.levels) {
    if (one.name == level) return {};
    names += (names.empty() ? "" : ", ") + one.name + " (" + one.label.zh + ")";
  }
  return fail_usage("没有“" + level + "”这个层级。可用的有:" + names + "。",
                    "There is no level \"" + level + "\". There are: " + names + ".");
}

/// Posts of one place, as its plate.
Result<Plate> plate_of(PrintDesk& desk, const CardUrls& urls, const std::vector<PlatePost>& posts) {
  const PlatePost& first = posts.front();
  DOORSTEP_TRY(address, desk.address_of(first.place));
  Plate plate{cut(desk.name()),
              cut(address),
              desk.today(),
              urls.url(auth::CardSubject::Kind::plate, first.place),
              {}};
  for (const PlatePost& post : posts) {
    DOORSTEP_TRY(portrait, desk.portrait(post.photo));
    plate.leaders.push_back(
        {cut(post.name), post.role, cut(post.phone), cut(post.duties), post.since, std::move(portrait)});
  }
  return plate;
}

/// What --place leaves, one list a place, in the order of the view. Errors: too_large.
Result<std::vector<std::vector<PlatePost>>> by_place(const PrintDesk& desk, std::vector<PlatePost> posts) {
  std::vector<std::vector<PlatePost>> places;
  for (PlatePost& post : posts) {
    if (!desk.is_wanted(post.place)) continue;
    if (places.empty() || places.back().front().place != post.place) places.emplace_back();
    places.back().push_back(std::move(post));
    const std::size_t most = printing::limits::kLeadersOnPlate;
    if (places.back().size() > most)
      return fail(
          ErrorDomain::usage, ErrorCode::too_large, Retry::never,
          "“" + places.back().front().code + "”有超过" + std::to_string(most) + "人可以公示,一块牌子放不下。",
          "More than " + std::to_string(most) + " people may be shown at " + places.back().front().code +
              "; no plate holds them.");
  }
  return places;
}

std::size_t sheets_of(const std::vector<PlatePost>& posts) {
  Plate plate;
  plate.leaders.resize(posts.size());
  return printing::sheets_of(plate);
}

/// One card, and where it comes among the others.
struct Placed {
  std::string address;
  CardPost post;
};

Result<std::vector<RowId>> card_holders(PrintDesk& desk, const std::string& person) {
  const Table* people = desk.pack().find("person");
  if (people == nullptr)
    return fail_usage("这个街道的表格包没有人员这张表。", "The office's pack has no table \"person\".");
  std::vector<RowId> holders;
  if (!person.empty()) {
    RowNames names(desk.pack(), desk.office().office().record().office, desk.snapshot());
    DOORSTEP_TRY(id, names.find(*people, person));
    holders.push_back(id);
    return holders;
  }
  DOORSTEP_CHECK(desk.snapshot().each_row(*people, [&](const RowId& id, const RowView&) {
    holders.push_back(id);
    return true;
  }));
  return holders;
}

Result<std::vector<Placed>> cards_to_print(PrintDesk& desk, const std::string& person) {
  DOORSTEP_TRY(holders, card_holders(desk, person));
  std::vector<Placed> cards;
  for (const RowId& holder : holders) {
    DOORSTEP_TRY(posts, card_posts(desk.pack(), desk.database(), holder, desk.now_ms()));
    for (CardPost& post : posts) {
      if (!post.is_shown || !desk.is_wanted(post.place)) continue;
      DOORSTEP_TRY(address, desk.address_of(post.place));
      cards.push_back({address, std::move(post)});
    }
  }
  std::sort(cards.begin(), cards.end(), [](const Placed& a, const Placed& b) {
    return std::tie(a.address, a.post.name, a.post.assignment) <
           std::tie(b.address, b.post.name, b.post.assignment);
  });
  return cards;
}

Result<Card> card_of(PrintDesk& desk, const CardUrls& urls, const Placed& placed) {
  DOORSTEP_TRY(portrait, desk.portrait(placed.post.photo));
  return Card{cut(desk.name()),   cut(placed.post.name),
              placed.post.role,   cut(placed.address),
              placed.post.until,  urls.url(auth::CardSubject::Kind::card, placed.post.assignment),
              std::move(portrait)};
}

void print_json(const PrintOptions& options, std::size_t pages, const PrintFile& file, const char* key,
                ordered_json list) {
  const ordered_json told{{"out", options.out},
                          {"pages", pages},
                          {"bytes", file.bytes()},
                          {key, std::move(list)},
                          {"unprintable", file.unprintable()}};
  std::printf("%s\n", told.dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
}

}  // namespace

Status run_print_plates(const PrintOptions& options) {
  const Label kind{"公示牌", "plates"};
  DOORSTEP_TRY(desk, PrintDesk::open(options, "plates " + options.level));
  DOORSTEP_CHECK(check_level(desk->pack(), options.level));
  DOORSTEP_TRY(urls, CardUrls::make(desk->office(), options.host));
  DOORSTEP_TRY(posts, plate_posts_of_level(desk->pack(), desk->database(), options.level, desk->now_ms()));
  DOORSTEP_TRY(places, by_place(*desk, std::move(posts)));
  if (places.empty()) return fail_nobody(kind);
  std::size_t pages = 0;
  for (const auto& place : places) pages += sheets_of(place);
  DOORSTEP_TRY(file, PrintFile::begin(options.out, printing::kA4Landscape, desk->name() + kind.zh, pages));
  ordered_json told = ordered_json::array();
  for (const auto& place : places) {
    DOORSTEP_TRY(plate, plate_of(*desk, urls, place));
    const std::string& code = place.front().code;
    for (std::size_t sheet = 0; sheet < printing::sheets_of(plate); ++sheet) {
      DOORSTEP_TRY(page, file.next(sheet == 0 ? code : code + "-" + std::to_string(sheet + 1)));
      printing::draw_plate(*page, plate, sheet);
    }
    ordered_json names = ordered_json::array();
    for (const printing::PlateLeader& leader : plate.leaders) names.push_back(leader.name);
    told.push_back(
        {{"place", code}, {"address", plate.address}, {"leaders", std::move(names)}, {"url", plate.url}});
  }
  DOORSTEP_CHECK(file.finish());
  if (options.json) print_json(options, pages, file, "plates", std::move(told));
  tell_printed(options, kind, pages, file);
  return {};
}

Status run_print_cards(const PrintOptions& options) {
  const Label kind{"工作证", "cards"};
  DOORSTEP_TRY(desk, PrintDesk::open(options, options.person.empty() ? "cards" : "cards of one person"));
  DOORSTEP_TRY(urls, CardUrls::make(desk->office(), options.host));
  DOORSTEP_TRY(placed, cards_to_print(*desk, options.person));
  if (placed.empty()) return fail_nobody(kind);
  const std::size_t pages = (placed.size() + printing::kCardsOnPage - 1) / printing::kCardsOnPage;
  DOORSTEP_TRY(file, PrintFile::begin(options.out, printing::kA4, desk->name() + kind.zh, pages));
  ordered_json told = ordered_json::array();
  for (std::size_t number = 0; number < pages; ++number) {
    const std::size_t first = number * printing::kCardsOnPage;
    std::vector<Card> cards;
    for (std::size_t i = first; i < std::min(placed.size(), first + printing::kCardsOnPage); ++i) {
      DOORSTEP_TRY(card, card_of(*desk, urls, placed[i]));
      told.push_back({{"name", card.name},
                      {"role", card.role.zh},
                      {"place", card.address},
                      {"until", card.until},
                      {"url", card.url}});
      cards.push_back(std::move(card));
    }
    DOORSTEP_TRY(page, file.next("cards-" + std::to_string(number + 1)));
    printing::draw_cards(*page, cards);
  }
  DOORSTEP_CHECK(file.finish());
  if (options.json) print_json(options, pages, file, "cards", std::move(told));
  tell_printed(options, kind, pages, file);
  return {};
}

}  // namespace doorstep::server
