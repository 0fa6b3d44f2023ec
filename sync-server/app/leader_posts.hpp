#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/card_page.hpp"
#include "app/view_answer.hpp"
#include "auth/card_code.hpp"
#include "store/store.hpp"

/// Whom residents may see, as the views leader_card and service_plate say.
namespace doorstep::server {

/// A post of somebody. Of one who did not agree to be shown there is nothing but `is_shown`.
struct CardPost {
  RowId assignment;
  bool is_shown = false;  ///< She agreed and holds it today.
  std::string name;
  Label role;
  RowId place;
  std::string until;  ///< The last day; empty when none is set.
  std::optional<RowId> photo;
};

struct PlatePost {
  RowId place;
  std::string code;  ///< Of the place.
  std::string name;
  Label role;
  std::string phone;
  std::string duties;
  std::string since;
  std::optional<RowId> photo;
};

/// All posts of a person, those that are over, too.
Result<std::vector<CardPost>> card_posts(const Pack& pack, const std::string& database, const RowId& person,
                                         std::int64_t now_ms);

/// Who is named today on the plates of every place of a level, or on that of one place; by place.
Result<std::vector<PlatePost>> plate_posts_of_level(const Pack& pack, const std::string& database,
                                                    const std::string& level, std::int64_t now_ms);
Result<std::vector<PlatePost>> plate_posts_at(const Pack& pack, const std::string& database,
                                              const std::string& code, std::int64_t now_ms);

/// What a resident reads behind a code: from these views, as of now.
Result<CardPage> card_page(const Pack& pack, ReadSnapshot& snapshot, const std::string& database,
                           const std::string& office, const auth::CardSubject& subject, std::int64_t now_ms);

}  // namespace doorstep::server
