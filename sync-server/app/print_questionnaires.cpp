#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/print_desk.hpp"
#include "app/row_names.hpp"
#include "app/terminal.hpp"
#include "app/view_answer.hpp"
#include "base/error.hpp"
#include "paper/paper_code.hpp"
#include "pipeline/cut_text.hpp"
#include "printing/limits.hpp"
#include "printing/questionnaire.hpp"

// `print questionnaires`.
namespace doorstep::server {
namespace {

using printing::PaperDoor;
using printing::Questionnaire;

/// Outcomes that are ticked at a door; a mistake is entered, not met with.
constexpr const char* kMistaken = "mistaken";
/// Doors between two words about how far it is.
constexpr std::size_t kTellEvery = 500;

struct Door {
  RowId id;
  std::string code;
};

struct Campaign {
  RowId id;
  std::string title;
  std::vector<printing::Block> blocks;
};

Result<Campaign> find_campaign(PrintDesk& desk, const std::string& typed) {
  const Table* table = desk.pack().find("campaign");
  if (table == nullptr)
    return fail_usage("这个街道的表格包没有行动这张表。", "The office's pack has no table \"campaign\".");
  RowNames names(desk.pack(), desk.office().office().record().office, desk.snapshot());
  Campaign campaign;
  DOORSTEP_TRY(id, names.find(*table, typed));
  campaign.id = id;
  DOORSTEP_TRY(title, read_text(desk.snapshot(), desk.pack(), "campaign", id, "title"));
  campaign.title = cut_text(title, printing::limits::kTextBytes);
  DOORSTEP_TRY(form, read_text(desk.snapshot(), desk.pack(), "campaign", id, "form"));
  const auto form_id = parse_row_id(form);
  std::string definition;
  if (form_id) {
    DOORSTEP_TRY(text, read_text(desk.snapshot(), desk.pack(), "form", *form_id, "definition"));
    definition = std::move(text);
  }
  if (definition.empty())
    return fail_usage("“" + title + "”没有问卷可以印。", "\"" + title + "\" has no questionnaire to print.");
  DOORSTEP_TRY(read, forms::read_definition(definition));
  DOORSTEP_TRY(blocks, printing::blocks_of(read));
  campaign.blocks = std::move(blocks);
  return campaign;
}

Result<std::vector<Door>> doors_of(const PrintDesk& desk, const RowId& campaign, bool all) {
  DOORSTEP_TRY(answer, ViewAnswer::ask(desk.pack(), desk.database(), "campaign_by_door",
                                       {{"campaign", to_text(campaign)}, {"missing_only", all ? "0" : "1"}},
                                       desk.now_ms(), {"door", "code"}));
  std::vector<Door> doors;
  for (std::size_t row = 0; row < answer.size(); ++row) {
    const auto door = answer.id(row, "door");
    if (door && desk.is_wanted(*door)) doors.push_back({*door, answer.text(row, "code")});
  }
  return doors;
}

std::vector<Label> outcomes_of(const Pack& pack) {
  std::vector<Label> outcomes;
  const Table* answers = pack.find("answer");
  const Column* outcome = answers == nullptr ? nullptr : answers->find("outcome");
  if (outcome == nullptr) return outcomes;
  for (const Choice& choice : outcome->choices)
    if (choice.value != kMistaken) outcomes.push_back(choice.label);
  return outcomes;
}

/// How many sheets a door takes is the same for all, so it is found out on paper that nobody keeps.
Result<Questionnaire> lay_out(const PrintDesk& desk, const Campaign& campaign) {
  DOORSTEP_TRY(scrap, printing::Document::open(printing::Format::pdf, printing::kA4, {},
                                               [](std::string_view) { return true; }));
  return Questionnaire(
      scrap->page(),
      {cut_text(desk.name(), printing::limits::kTextBytes), campaign.title, outcomes_of(desk.pack())},
      campaign.blocks);
}

Status draw_door(PrintDesk& desk, PrintFile& file, const Questionnaire& form, const RowId& campaign,
                 const Door& door) {
  DOORSTEP_TRY(address, desk.address_of(door.id));
  const PaperDoor paper{cut_text(address, printing::limits::kTextBytes), door.code,
                        paper::paper_code(campaign, door.id)};
  for (std::size_t sheet = 0; sheet < form.sheets(); ++sheet) {
    DOORSTEP_TRY(page, file.next({}));
    form.draw(*page, paper, sheet);
  }
  return {};
}

}  // namespace

Status run_print_questionnaires(const PrintOptions& options) {
  const Label kind{"问卷", "questionnaires"};
  DOORSTEP_CHECK(PrintFile::check_pdf(options.out));
  DOORSTEP_TRY(desk, PrintDesk::open(options, "questionnaires " + options.campaign));
  DOORSTEP_TRY(campaign, find_campaign(*desk, options.campaign));
  DOORSTEP_TRY(doors, doors_of(*desk, campaign.id, options.all));
  if (doors.empty())
    return fail_usage(
        "没有要印的门:都有答卷了,或这里没有户门。要全部印,请加 --all。",
        "There is no door to print for: all have answered, or there are none. --all prints them all.");
  DOORSTEP_TRY(form, lay_out(*desk, campaign));
  const std::size_t pages = doors.size() * form.sheets();
  DOORSTEP_TRY(file, PrintFile::begin(options.out, printing::kA4, campaign.title, pages));
  nlohmann::ordered_json codes = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < doors.size(); ++i) {
    DOORSTEP_CHECK(draw_door(*desk, file, form, campaign.id, doors[i]));
    if (options.json)
      codes.push_back({{"door", doors[i].code}, {"paper_code", paper::paper_code(campaign.id, doors[i].id)}});
    else if ((i + 1) % kTellEvery == 0)
      warn("已写 " + std::to_string(i + 1) + " / " + std::to_string(doors.size()) + " 户……",
           std::to_string(i + 1) + " of " + std::to_string(doors.size()) + " doors ...");
  }
  DOORSTEP_CHECK(file.finish());
  if (options.json)
    std::printf("%s\n", nlohmann::ordered_json{{"out", options.out},
                                               {"pages", pages},
                                               {"pages_each", form.sheets()},
                                               {"bytes", file.bytes()},
                                               {"doors", std::move(codes)},
                                               {"unprintable", file.unprintable()}}
                            .dump(2)
                            .c_str());
  tell_printed(options, kind, pages, file);
  return {};
}

}  // namespace doorstep::server
