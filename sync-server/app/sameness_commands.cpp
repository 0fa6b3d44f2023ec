#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/audit_words.hpp"
#include "app/commands.hpp"
#include "app/roster.hpp"
#include "app/row_names.hpp"
#include "app/terminal.hpp"
#include "auth/identity.hpp"
#include "base/error.hpp"
#include "duplicates/finder.hpp"
#include "pipeline/sameness.hpp"

// `same`, `undo-same` and `duplicates`.
namespace doorstep::server {
namespace {

using nlohmann::ordered_json;

void print(const ordered_json& value) {
  std::printf("%s\n", value.dump(1, ' ', false, ordered_json::error_handler_t::replace).c_str());
}

// --- same, undo-same ---

struct FoundRows {
  std::shared_ptr<const PackPlan> plan;
  const TablePlan* table = nullptr;
  RowId row;
  RowId other;
};

Result<FoundRows> find_rows(OpenOffice& opened, const SameOptions& options) {
  FoundRows found;
  DOORSTEP_TRY(snapshot, opened.store().snapshot());
  DOORSTEP_TRY(plan, opened.office().newest_plan(*snapshot));
  found.plan = plan;
  DOORSTEP_TRY(table, find_table(plan->pack(), options.table));
  found.table = plan->find(table->id);
  RowNames names(plan->pack(), opened.office().record().office, *snapshot);
  DOORSTEP_TRY(row, names.find(*table, options.row));
  found.row = row;
  if (options.other.empty()) return found;
  DOORSTEP_TRY(other, names.find(*table, options.other));
  found.other = other;
  for (const RowId& id : {found.row, found.other}) {
    DOORSTEP_TRY(there, snapshot->find_row(*table, id));
    if (there == nullptr)
      return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never,
                  "没有这条" + table->label.zh + ":" + to_text(id),
                  "There is no such " + table->name + ": " + to_text(id));
  }
  return found;
}

std::string rows_text(const FoundRows& found) {
  const std::string other = found.other == RowId{} ? std::string{} : " " + to_text(found.other);
  return found.table->table->name + " " + to_text(found.row) + other;
}

// --- duplicates ---

/// Which proposals somebody decides about, in the words of the command.
std::string chosen_text(const DuplicatesOptions& options) {
  std::string text = "duplicates";
  if (options.all) text += " --all --min-score " + std::to_string(options.min_score);
  for (const std::string& entry : options.entries) text += " " + entry;
  return text;
}

/// The secret under which ID numbers are compared: the office's own, and of no use for anything else.
Result<Digest> digest_key(const std::string& data) {
  DOORSTEP_TRY(identity, auth::OfficeIdentity::load(data));
  return sha256("doorstep-duplicates-1", view(identity.secret_key()));
}

class Finding {
 public:
  static Result<Finding> make(const DuplicatesOptions& options) {
    Finding out;
    DOORSTEP_TRY(opened, OpenOffice::open(options.data));
    out.opened_ = std::move(opened);
    DOORSTEP_TRY(key, digest_key(options.data));
    DOORSTEP_TRY(snapshot, out.opened_->store().snapshot());
    DOORSTEP_TRY(plan, out.opened_->office().newest_plan(*snapshot));
    out.plan_ = plan;
    DOORSTEP_TRY(found, find_duplicates(*snapshot, *plan, view(key)));
    out.proposals_ = std::move(found);
    const auto is_less = [&](const Proposal& p) { return p.score < options.min_score; };
    out.proposals_.erase(std::remove_if(out.proposals_.begin(), out.proposals_.end(), is_less),
                         out.proposals_.end());
    RowNames names(plan->pack(), out.opened_->office().record().office, *snapshot);
    for (const Proposal& proposal : out.proposals_) {
      const Table& table = *plan->pack().find(proposal.table);
      DOORSTEP_TRY(one, names.name_of(table, proposal.other));
      DOORSTEP_TRY(two, names.name_of(table, proposal.row));
      out.names_.emplace_back(std::move(one), std::move(two));
    }
    return out;
  }

  Office& office() { return opened_->office(); }
  const std::vector<Proposal>& proposals() const { return proposals_; }

  SamePair pair(const Proposal& proposal) const {
    return {plan_->find(proposal.table), proposal.row, proposal.other, proposal.reasons.front().zh};
  }

  /// The proposals whose codes begin with what was typed.
  Result<std::vector<SamePair>> chosen(const std::vector<std::string>& typed) const {
    std::vector<SamePair> out;
    for (const std::string& word : typed) {
      const std::size_t before = out.size();
      for (const Proposal& proposal : proposals_)
        if (code_of(proposal).rfind(word, 0) == 0) out.push_back(pair(proposal));
      if (out.size() != before + 1)
        return fail_usage("编号“" + word + "”" + (out.size() == before ? "没有对上" : "对上了不止一处") +
                              ",请用 duplicates 查看。",
                          "The code \"" + word + "\" fits " +
                              (out.size() == before ? "no" : "more than one") +
                              " proposal. See `duplicates`.");
    }
    return out;
  }

  void list() const {
    for (std::size_t i = 0; i < proposals_.size(); ++i) {
      const Proposal& proposal = proposals_[i];
      const Table& table = *plan_->pack().find(proposal.table);
      std::string zh, en;
      for (const Label& reason : proposal.reasons) {
        zh += (zh.empty() ? "" : ";") + reason.zh;
        en += (en.empty() ? "" : "; ") + reason.en;
      }
      say("● " + code_of(proposal) + " 把握" + std::to_string(proposal.score) + " " + table.label.zh + " " +
              names_[i].second + " ≈ " + names_[i].first + ":" + zh + "。",
          "  " + code_of(proposal) + " score " + std::to_string(proposal.score) + " " + table.name + " " +
              names_[i].second + " ≈ " + names_[i].first + ": " + en + ".");
    }
    const std::string count = std::to_string(proposals_.size());
    say(proposals_.empty() ? "没有看起来登记了两遍的。"
                           : "共" + count +
                                 "处像是登记了两遍。核对后用 duplicates accept 编号 归到一起,或 "
                                 "duplicates reject 编号。",
        proposals_.empty() ? "Nothing looks registered twice."
                           : count +
                                 " may be registered twice. After checking: `duplicates accept CODE`, or "
                                 "`duplicates reject CODE`.");
  }

  ordered_json to_json() const {
    ordered_json list = ordered_json::array();
    for (std::size_t i = 0; i < proposals_.size(); ++i) {
      const Proposal& proposal = proposals_[i];
      ordered_json reasons = ordered_json::array();
      for (const Label& reason : proposal.reasons) reasons.push_back({{"zh", reason.zh}, {"en", reason.en}});
      list.push_back({{"entry", code_of(proposal)},
                      {"score", proposal.score},
                      {"table", proposal.table},
                      {"row", to_text(proposal.row)},
                      {"row_name", names_[i].second},
                      {"other", to_text(proposal.other)},
                      {"other_name", names_[i].first},
                      {"reasons", std::move(reasons)}});
    }
    return list;
  }

 private:
  std::unique_ptr<OpenOffice> opened_;
  std::shared_ptr<const PackPlan> plan_;
  std::vector<Proposal> proposals_;
  std::vector<std::pair<std::string, std::string>> names_;  ///< Of what stays, and of what is folded.
};

Status accept(Finding& finding, const DuplicatesOptions& options) {
  if (options.all != options.entries.empty())
    return fail_usage("请写明归并哪几处的编号,或 --all(可加 --min-score)。",
                      "Say which: their codes, or --all (with --min-score).");
  std::vector<SamePair> pairs;
  if (options.all)
    for (const Proposal& proposal : finding.proposals()) pairs.push_back(finding.pair(proposal));
  DOORSTEP_TRY(chosen, finding.chosen(options.entries));
  pairs.insert(pairs.end(), chosen.begin(), chosen.end());
  const Acting acting(finding.office(), act_of(AuditKind::merged, chosen_text(options)));
  DOORSTEP_TRY(declared, declare_same(finding.office(), pairs));
  const std::string count = std::to_string(declared);
  if (options.json)
    print({{"accepted", declared}});
  else
    say("归并了" + count + "处。弄错了可以用 undo-same 撤销。",
        count + " accepted. A mistake is taken back with undo-same.");
  return {};
}

Status reject(Finding& finding, const DuplicatesOptions& options) {
  if (options.entries.empty())
    return fail_usage("请写明哪几处不是同一个。", "Say which: the codes of the proposals.");
  DOORSTEP_TRY(pairs, finding.chosen(options.entries));
  const Acting acting(finding.office(), act_of(AuditKind::kept_apart, chosen_text(options)));
  for (const SamePair& pair : pairs) DOORSTEP_CHECK(declare_not_same(finding.office(), pair));
  if (options.json)
    print({{"rejected", pairs.size()}});
  else
    say("记下了,不是同一个,以后不再提。", "Noted: not the same. It is not proposed again.");
  return {};
}

}  // namespace

Status run_same(const SameOptions& options) {
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  DOORSTEP_TRY(found, find_rows(*opened, options));
  const Acting acting(opened->office(), act_of(AuditKind::merged, rows_text(found), options.note));
  DOORSTEP_TRY(declared,
               declare_same(opened->office(), {{found.table, found.row, found.other, options.note}}));
  if (declared == 0)
    return fail(ErrorDomain::usage, ErrorCode::already_exists, Retry::never, "这两条已经归在一起了。",
                "These two rows are one already.");
  if (options.json)
    print(
        {{"table", found.table->table->name}, {"row", to_text(found.row)}, {"other", to_text(found.other)}});
  else
    say("归在一起了,以后算一个。各自写的都在,弄错了用 undo-same 撤销。",
        "These are one now. Each keeps its own words; undo-same takes it back.");
  return {};
}

Status run_undo_same(const SameOptions& options) {
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  DOORSTEP_TRY(found, find_rows(*opened, options));
  const Acting acting(opened->office(), act_of(AuditKind::unmerged, rows_text(found)));
  DOORSTEP_CHECK(undo_same(opened->office(), found.table->table->name, found.row));
  if (options.json)
    print({{"row", to_text(found.row)}, {"undone", true}});
  else
    say("撤销了,又各算各的。", "Taken back: each is counted by itself again.");
  return {};
}

Status run_duplicates(const DuplicatesOptions& options) {
  DOORSTEP_TRY(finding, Finding::make(options));
  if (options.action == "accept") return accept(finding, options);
  if (options.action == "reject") return reject(finding, options);
  DOORSTEP_CHECK(record_audit(finding.office(), act_of(AuditKind::looked, chosen_text(options))));
  if (options.json)
    print(finding.to_json());
  else
    finding.list();
  return {};
}

}  // namespace doorstep::server
