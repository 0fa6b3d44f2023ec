#include "app/leader_posts.hpp"

#include "app/row_reading.hpp"
#include "base/error.hpp"

namespace doorstep::server {
namespace {

Result<std::vector<PlatePost>> plate_posts(const Pack& pack, const std::string& database,
                                           const NamedValue& which, std::int64_t now_ms) {
  DOORSTEP_TRY(answer,
               ViewAnswer::ask(pack, database, "service_plate", {which}, now_ms,
                               {"place", "code", "role", "name", "phone", "duties", "photo", "since"}));
  std::vector<PlatePost> posts;
  for (std::size_t row = 0; row < answer.size(); ++row) {
    const auto place = answer.id(row, "place");
    if (!place) continue;
    posts.push_back({*place, answer.text(row, "code"), answer.text(row, "name"), answer.label(row, "role"),
                     answer.text(row, "phone"), answer.text(row, "duties"), answer.text(row, "since"),
                     answer.id(row, "photo")});
  }
  return posts;
}

}  // namespace

Result<std::vector<CardPost>> card_posts(const Pack& pack, const std::string& database, const RowId& person,
                                         std::int64_t now_ms) {
  DOORSTEP_TRY(answer,
               ViewAnswer::ask(pack, database, "leader_card", {{"person", to_text(person)}}, now_ms,
                               {"assignment", "name", "role", "place", "ends", "valid", "consent", "photo"}));
  std::vector<CardPost> posts;
  for (std::size_t row = 0; row < answer.size(); ++row) {
    const auto assignment = answer.id(row, "assignment");
    const auto place = answer.id(row, "place");
    if (!assignment || !place) continue;
    CardPost& post = posts.emplace_back();
    post.assignment = *assignment;
    post.is_shown = answer.is_true(row, "valid") && answer.is_true(row, "consent");
    if (!post.is_shown) continue;
    post.name = answer.text(row, "name");
    post.role = answer.label(row, "role");
    post.place = *place;
    post.until = answer.text(row, "ends");
    post.photo = answer.id(row, "photo");
  }
  return posts;
}

Result<std::vector<PlatePost>> plate_posts_of_level(const Pack& pack, const std::string& database,
                                                    const std::string& level, std::int64_t now_ms) {
  return plate_posts(pack, database, {"level", level}, now_ms);
}

Result<std::vector<PlatePost>> plate_posts_at(const Pack& pack, const std::string& database,
                                              const std::string& code, std::int64_t now_ms) {
  return plate_posts(pack, database, {"code", code}, now_ms);
}

Result<CardPage> card_page(const Pack& pack, ReadSnapshot& snapshot, const std::string& database,
                           const std::string& office, const auth::CardSubject& subject, std::int64_t now_ms) {
  CardPage page;
  page.office = office;
  page.is_plate = subject.kind == auth::CardSubject::Kind::plate;
  Addresses addresses(pack, snapshot, office);
  if (page.is_plate) {
    DOORSTEP_TRY(code, read_text(snapshot, pack, "place", subject.row, "code"));
    if (code.empty()) return page;
    DOORSTEP_TRY(address, addresses.of(subject.row));
    page.address = std::move(address);
    DOORSTEP_TRY(posts, plate_posts_at(pack, database, code, now_ms));
    for (PlatePost& post : posts) page.leaders.push_back({std::move(post.name), std::move(post.role)});
    return page;
  }
  DOORSTEP_TRY(holder, read_text(snapshot, pack, "assignment", subject.row, "person"));
  const auto person = parse_row_id(holder);
  if (!person) return page;
  DOORSTEP_TRY(posts, card_posts(pack, database, *person, now_ms));
  for (CardPost& post : posts) {
    if (post.assignment != subject.row || !post.is_shown) continue;
    DOORSTEP_TRY(address, addresses.of(post.place));
    page.address = std::move(address);
    page.until = std::move(post.until);
    page.leaders.push_back({std::move(post.name), std::move(post.role)});
  }
  return page;
}

}  // namespace doorstep::server
