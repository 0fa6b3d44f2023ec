#include "forms/evaluator.hpp"
#include "forms/json.hpp"
#include "forms/session_content.hpp"

// Finished answers (docs/forms.md, "Drafts").
namespace doorstep::forms {
namespace {

class AnswerWriter {
 public:
  explicit AnswerWriter(const CompiledForm& form) : form_(form) {}

  std::string write(const Form& form, const Instance& root, const std::vector<FormAside>& aside) {
    out_.StartObject();
    out_.Key("form");
    out_.text(form.digest());
    out_.Key("name");
    out_.text(form.name());
    out_.Key("version");
    out_.Uint64(form.version());
    out_.Key("answers");
    instance(0, root, true);
    if (!aside.empty()) {
      out_.Key("aside");
      out_.StartArray();
      for (const FormAside& one : aside) {
        out_.StartObject();
        out_.Key("path");
        out_.text(one.path);
        out_.Key("label");
        out_.text(one.label.zh);
        out_.Key("value");
        out_.text(one.value);
        out_.EndObject();
      }
      out_.EndArray();
    }
    out_.EndObject();
    return out_.text();
  }

 private:
  void instance(std::uint32_t scope, const Instance& here, bool relevant) {
    out_.StartObject();
    for (const std::uint32_t index : form_.scopes[scope].items) {
      const CompiledItem& item = form_.items[index];
      const Cell& cell = here.cells[item.slot];
      if (!relevant || !cell.relevant) continue;
      if (item.type() == ItemType::repeat) {
        repeat(item, here);
      } else if (has_answer(item.type()) && !cell.shown.empty()) {
        out_.name(item.source->name);
        answer(item.type(), cell.shown);
      }
    }
    out_.EndObject();
  }
  void repeat(const CompiledItem& item, const Instance& here) {
    const std::vector<Instance>& all = here.repeats[form_.scopes[item.own_scope].child];
    if (all.empty() || !all.front().counted) return;
    out_.name(item.source->name);
    out_.StartArray();
    for (const Instance& one : all)
      if (one.counted) instance(item.own_scope, one, true);
    out_.EndArray();
  }
  void answer(ItemType type, const std::string& shown) {
    if (type == ItemType::integer || type == ItemType::decimal) {
      out_.RawValue(shown.data(), shown.size(), rapidjson::kNumberType);
    } else if (type == ItemType::select_multiple) {
      out_.StartArray();
      for (const std::string& value : split_values(shown)) out_.text(value);
      out_.EndArray();
    } else {
      out_.text(shown);
    }
  }

  const CompiledForm& form_;
  JsonOutput out_;
};

}  // namespace

std::string write_answers(const Form& form, const Instance& root, const std::vector<FormAside>& aside) {
  return AnswerWriter(form.content().compiled).write(form, root, aside);
}

}  // namespace doorstep::forms
