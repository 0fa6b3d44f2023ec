#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "forms/json.hpp"
#include "forms/limits.hpp"
#include "forms/session_content.hpp"
#include "forms/typed_answer.hpp"

// Drafts as text, and how they fit into a form that has changed (docs/forms.md, "Drafts").
namespace doorstep::forms {
namespace {

constexpr unsigned kFormat = 1;
constexpr const char* kZh = "草稿";
constexpr const char* kEn = "draft";

class DraftWriter {
 public:
  explicit DraftWriter(const CompiledForm& form) : form_(form) {}

  std::string write(const Form& form, const Instance& root, const std::string& at,
                    const std::vector<FormAside>& aside) {
    out_.StartObject();
    out_.Key("format");
    out_.Uint(kFormat);
    text("form", form.digest());
    text("at", at);
    out_.Key("answers");
    instance(0, root);
    out_.Key("questions");
    out_.StartObject();
    for (const CompiledItem& item : form_.items)
      if (has_answer(item.type())) question(item);
    out_.EndObject();
    if (!aside.empty()) {
      out_.Key("aside");
      out_.StartArray();
      for (const FormAside& one : aside) write_aside(one);
      out_.EndArray();
    }
    out_.EndObject();
    return out_.text();
  }

 private:
  void text(const char* key, const std::string& value) {
    if (value.empty()) return;
    out_.Key(key);
    out_.text(value);
  }
  void words(const char* key, const FormText& value) {
    out_.Key(key);
    out_.StartObject();
    text("zh", value.zh);
    text("en", value.en);
    out_.EndObject();
  }
  void instance(std::uint32_t scope, const Instance& here) {
    out_.StartObject();
    for (const std::uint32_t index : form_.scopes[scope].items) {
      const CompiledItem& item = form_.items[index];
      if (item.type() == ItemType::repeat) {
        const std::vector<Instance>& all = here.repeats[form_.scopes[item.own_scope].child];
        if (all.empty()) continue;
        out_.name(item.source->name);
        out_.StartArray();
        for (const Instance& one : all) instance(item.own_scope, one);
        out_.EndArray();
      } else if (!here.cells[item.slot].text.empty()) {
        out_.name(item.source->name);
        out_.text(here.cells[item.slot].text);
      }
    }
    out_.EndObject();
  }
  /// What a reader needs who does not have the form any more.
  void question(const CompiledItem& item) {
    out_.name(item.source->name);
    out_.StartObject();
    out_.Key("type");
    out_.text(name_of(item.type()));
    if (item.calculation) {
      out_.Key("calculated");
      out_.Bool(true);
    }
    words("label", item.source->label);
    out_.EndObject();
  }
  void write_aside(const FormAside& aside) {
    out_.StartObject();
    text("path", aside.path);
    words("label", aside.label);
    text("value", aside.value);
    words("reason", aside.reason);
    out_.EndObject();
  }

  const CompiledForm& form_;
  JsonOutput out_;
};

/// What a draft says of one question of its own form.
struct OldQuestion {
  ItemType type = ItemType::text;
  bool calculated = false;
  FormText label;
};

std::string text_member(const Json& json, const char* key) {
  const auto found = json.FindMember(key);
  return found != json.MemberEnd() && found->value.IsString() ? std::string(text_of(found->value)) : "";
}

FormText words_member(const Json& json, const char* key) {
  const auto found = json.FindMember(key);
  if (found == json.MemberEnd() || !found->value.IsObject()) return {};
  return {text_member(found->value, "zh"), text_member(found->value, "en")};
}

class DraftReader {
 public:
  DraftReader(const CompiledForm& form, const Json& draft) : form_(form), draft_(draft) {}

  std::optional<OpenedDraft> read() {
    OpenedDraft opened;
    opened.root = make_instance(form_, 0);
    opened.at = text_member(draft_, "at");
    if (!read_questions()) return std::nullopt;
    const auto answers = draft_.FindMember("answers");
    if (answers == draft_.MemberEnd() || !answers->value.IsObject()) return std::nullopt;
    out_ = &opened;
    read_aside();
    read_instance(answers->value, 0, &opened.root, "", 1);
    if (malformed_) return std::nullopt;
    return opened;
  }

 private:
  bool read_questions() {
    const auto questions = draft_.FindMember("questions");
    if (questions == draft_.MemberEnd() || !questions->value.IsObject()) return false;
    for (const auto& member : questions->value.GetObject()) {
      if (!member.value.IsObject()) return false;
      const auto type = item_type(text_member(member.value, "type"));
      if (!type) return false;
      const auto calculated = member.value.FindMember("calculated");
      questions_.emplace(
          std::string(text_of(member.name)),
          OldQuestion{*type, calculated != member.value.MemberEnd(), words_member(member.value, "label")});
    }
    return true;
  }
  void read_aside() {
    const auto aside = draft_.FindMember("aside");
    if (aside == draft_.MemberEnd()) return;
    if (!aside->value.IsArray()) return void(malformed_ = true);
    for (const Json& one : aside->value.GetArray()) {
      if (!one.IsObject()) return void(malformed_ = true);
      out_->aside.push_back({text_member(one, "path"), words_member(one, "label"), text_member(one, "value"),
                             words_member(one, "reason")});
    }
  }

  /// `into` is nullptr where the form no longer has such a repeat: everything in it goes aside.
  void read_instance(const Json& json, std::uint32_t scope, Instance* into, const std::string& prefix,
                     std::size_t depth) {
    if (!json.IsObject() || depth > limits::kDepth + 1) return void(malformed_ = true);
    if (into != nullptr) mark_begun(scope, *into);
    for (const auto& member : json.GetObject()) {
      const std::string name(text_of(member.name));
      if (member.value.IsString())
        read_answer_of(name, std::string(text_of(member.value)), scope, into, prefix);
      else if (member.value.IsArray())
        read_repeat(name, member.value, scope, into, prefix, depth);
      else
        malformed_ = true;
      if (malformed_) return;
    }
  }
  /// Questions that the draft's form had have had their default.
  void mark_begun(std::uint32_t scope, Instance& into) const {
    for (const std::uint32_t index : form_.scopes[scope].items)
      if (questions_.count(form_.items[index].source->name) != 0)
        into.cells[form_.items[index].slot].begun = true;
  }
  void read_repeat(const std::string& name, const Json& all, std::uint32_t scope, Instance* into,
                   const std::string& prefix, std::size_t depth) {
    const CompiledItem* repeat = find(name, scope, into);
    if (repeat != nullptr && repeat->type() != ItemType::repeat) repeat = nullptr;
    std::vector<Instance>* instances =
        repeat == nullptr ? nullptr : &into->repeats[form_.scopes[repeat->own_scope].child];
    for (rapidjson::SizeType i = 0; i < all.Size() && !malformed_; ++i) {
      if (++instances_ > limits::kCells) return void(malformed_ = true);
      Instance* one = nullptr;
      // What a form of today would not take any more goes aside too.
      if (instances != nullptr && i < form_.max_of(*repeat)) {
        instances->push_back(make_instance(form_, repeat->own_scope));
        one = &instances->back();
      }
      read_instance(all[i], repeat == nullptr ? 0 : repeat->own_scope, one,
                    prefix + name + "[" + std::to_string(i + 1) + "]/", depth + 1);
    }
  }
  const CompiledItem* find(const std::string& name, std::uint32_t scope, const Instance* into) const {
    const auto found = form_.names.find(name);
    if (into == nullptr || found == form_.names.end()) return nullptr;
    const CompiledItem& item = form_.items[found->second];
    return item.scope == scope ? &item : nullptr;
  }

  void read_answer_of(const std::string& name, const std::string& text, std::uint32_t scope, Instance* into,
                      const std::string& prefix) {
    const auto old = questions_.find(name);
    if (old == questions_.end() || text.size() > limits::kAnswerBytes) return void(malformed_ = true);
    const OldQuestion& was = old->second;
    const CompiledItem* item = find(name, scope, into);
    if (item != nullptr && item->calculation) {
      // Only once() looks at what was calculated before.
      if (was.calculated && was.type == item->type()) into->cells[item->slot].text = text;
      return;
    }
    if (was.calculated) return;
    const std::string path = prefix + name;
    if (item == nullptr || !is_asked(item->type()))
      return set_aside(path, was, text, "新表单里没有这个问题了。", "The form has this question no more.");
    if (!may_become(was.type, item->type()))
      return set_aside(path, was, text, "新表单里这个问题换了填法,请重新填。",
                       "The form asks this in another way now: please answer again.");
    Cell& cell = into->cells[item->slot];
    if (!is_select(item->type())) {
      const auto fits = read_answer(*item->source, item->source->label, {}, text);
      if (!fits) return set_aside(path, was, text, fits.error().zh, fits.error().en);
      cell.text = *fits;
      return;
    }
    keep_choices(*item, was, path, text, cell);
  }
  void keep_choices(const CompiledItem& item, const OldQuestion& was, const std::string& path,
                    const std::string& text, Cell& cell) {
    std::vector<std::string> chosen = split_values(text);
    for (const Choice& choice : form_.list_of(item).choices) {
      const auto found = std::find(chosen.begin(), chosen.end(), choice.value);
      if (found == chosen.end()) continue;
      cell.text += (cell.text.empty() ? "" : " ") + choice.value;
      chosen.erase(found);
    }
    std::string gone;
    for (const std::string& value : chosen) gone += (gone.empty() ? "" : " ") + value;
    if (!gone.empty())
      set_aside(path, was, gone, "新表单里没有这个选项了,请重新选。",
                "The form has this choice no more: please choose again.");
  }
  static bool may_become(ItemType was, ItemType now) {
    if (was == now) return true;
    if (now == ItemType::decimal) return was == ItemType::integer;
    if (now == ItemType::text) return was != ItemType::select_multiple && was != ItemType::acknowledge;
    return now == ItemType::select_multiple && was == ItemType::select_one;
  }
  void set_aside(const std::string& path, const OldQuestion& was, const std::string& value, std::string zh,
                 std::string en) {
    out_->aside.push_back({path, was.label, value, {std::move(zh), std::move(en)}});
  }

  const CompiledForm& form_;
  const Json& draft_;
  OpenedDraft* out_ = nullptr;
  std::unordered_map<std::string, OldQuestion> questions_;
  std::size_t instances_ = 0;
  bool malformed_ = false;
};

Result<rapidjson::Document> parse_draft(std::string_view draft) {
  DOORSTEP_TRY(json, parse_json(draft, limits::kDraftJsonBytes, kZh, kEn));
  if (!json.IsObject()) return malformed(kZh, kEn, "expected an object");
  const auto format = json.FindMember("format");
  if (format == json.MemberEnd() || !format->value.IsUint() || format->value.GetUint() != kFormat)
    return malformed(kZh, kEn, "\"format\" is not 1");
  return std::move(json);
}

}  // namespace

std::string write_draft(const Form& form, const Instance& root, const std::string& at,
                        const std::vector<FormAside>& aside) {
  return DraftWriter(form.content().compiled).write(form, root, at, aside);
}

Result<std::string> digest_in_draft(std::string_view draft) {
  DOORSTEP_TRY(json, parse_draft(draft));
  std::string digest = text_member(json, "form");
  if (digest.empty()) return malformed(kZh, kEn, "\"form\" is missing");
  return digest;
}

Result<OpenedDraft> read_draft(const Form& form, std::string_view draft) {
  DOORSTEP_TRY(json, parse_draft(draft));
  auto opened = DraftReader(form.content().compiled, json).read();
  if (!opened) return malformed(kZh, kEn, "answers without their questions");
  return std::move(*opened);
}

}  // namespace doorstep::forms
