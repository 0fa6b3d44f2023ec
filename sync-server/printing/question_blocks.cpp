#include <algorithm>
#include <charconv>

#include "base/error.hpp"
#include "printing/condition_words.hpp"
#include "printing/limits.hpp"
#include "printing/questionnaire.hpp"

namespace doorstep::server::printing {
namespace {

using forms::Definition;
using forms::Item;
using forms::ItemType;

/// Whether somebody with a pencil answers it: what is calculated nobody types.
bool is_on_paper(const Item& item) {
  return forms::is_asked(item.type) && item.calculation.empty() && !item.read_only;
}

void number_items(const std::vector<Item>& items, Numbers& numbers) {
  for (const Item& item : items) {
    if (is_on_paper(item)) {
      const std::size_t number = numbers.size() + 1;
      numbers.emplace(item.name, Numbered{number, &item});
    }
    number_items(item.items, numbers);
  }
}

Block::Answer answer_of(const Item& item) {
  using Answer = Block::Answer;
  switch (item.type) {
    case ItemType::text:
      return item.appearance.find("multiline") == std::string::npos ? Answer::line : Answer::lines;
    case ItemType::integer:
    case ItemType::decimal:
      return Answer::number;
    case ItemType::date:
      return Answer::date;
    case ItemType::time:
      return Answer::time;
    case ItemType::select_one:
      return Answer::one_of;
    case ItemType::select_multiple:
      return Answer::some_of;
    case ItemType::acknowledge:
      return Answer::tick;
    case ItemType::note:
    case ItemType::calculate:
    case ItemType::group:
    case ItemType::repeat:
      break;
  }
  return Answer::none;
}

/// Instances that are printed of a repeat.
std::size_t blocks_for(const Item& repeat) {
  std::size_t count = 0;
  const char* end = repeat.repeat_count.data() + repeat.repeat_count.size();
  const auto [stop, error] = std::from_chars(repeat.repeat_count.data(), end, count);
  if (error == std::errc() && stop == end && !repeat.repeat_count.empty())
    return std::clamp<std::size_t>(count, 1, limits::kRepeatBlocksSaid);
  return repeat.max == 0 ? limits::kRepeatBlocks : std::min<std::size_t>(repeat.max, limits::kRepeatBlocks);
}

class Builder {
 public:
  explicit Builder(const Definition& form) : form_(form) { number_items(form.items, numbers_); }

  /// False when there are too many.
  bool add(const std::vector<Item>& items, int depth) {
    for (const Item& item : items)
      if (!add(item, depth)) return false;
    return blocks_.size() <= limits::kBlocks;
  }

  std::vector<Block> take() { return std::move(blocks_); }

 private:
  bool add(const Item& item, int depth) {
    if (item.type == ItemType::repeat) return add_repeat(item, depth);
    if (item.type == ItemType::group) {
      if (!item.label.zh.empty() || !item.relevant.empty()) add_heading(item, depth);
      return add(item.items, depth + 1);
    }
    if (item.type != ItemType::note && !is_on_paper(item)) return true;
    Block& block = begin(item, depth);
    block.answer = answer_of(item);
    if (block.answer == Block::Answer::none) return true;
    block.number = numbers_.at(item.name).number;
    block.is_required = item.required == "true()";
    for (const forms::ChoiceList& list : form_.lists)
      if (forms::is_select(item.type) && list.name == item.list)
        for (const forms::Choice& choice : list.choices) block.choices.push_back(choice.label);
    return true;
  }

  bool add_repeat(const Item& repeat, int depth) {
    const std::size_t count = blocks_for(repeat);
    for (std::size_t i = 1; i <= count; ++i) {
      Block& heading = add_heading(repeat, depth);
      const std::string which = std::to_string(i);
      heading.label.zh += "(" + which + ")";
      if (!heading.label.en.empty()) heading.label.en += " (" + which + ")";
      if (i > 1) heading.condition = {};
      if (i == count && repeat.repeat_count.empty() && repeat.max != count)
        heading.hint = {"不够写,请另附一张纸", "If this is not enough, add a sheet"};
      if (!add(repeat.items, depth + 1)) return false;
    }
    return true;
  }

  Block& add_heading(const Item& item, int depth) {
    Block& block = begin(item, depth);
    block.answer = Block::Answer::heading;
    return block;
  }

  Block& begin(const Item& item, int depth) {
    Block& block = blocks_.emplace_back();
    block.depth = depth;
    block.label = without_answers(item.label);
    block.hint = without_answers(item.hint);
    if (item.relevant.empty()) return block;
    if (const auto words = condition_in_words(item.relevant, form_, numbers_))
      block.condition = {words->zh + "才答", "Only if " + words->en};
    else
      block.condition = {"不是每户都答:按手机上的表单", "Not for everybody: as the form on the phone says"};
    return block;
  }

  /// Where a phone shows an answer, paper names its question.
  FormText without_answers(const FormText& label) const {
    return {named(label.zh, "(第", "题)"), named(label.en, "(question ", ")")};
  }
  std::string named(const std::string& label, const char* before, const char* after) const {
    std::string text;
    for (std::size_t at = 0; at < label.size();) {
      const std::size_t begin = label.find("${", at);
      const std::size_t end = begin == std::string::npos ? begin : label.find('}', begin);
      if (end == std::string::npos) return text + label.substr(at);
      text += label.substr(at, begin - at);
      const auto found = numbers_.find(label.substr(begin + 2, end - begin - 2));
      text += found == numbers_.end() ? "……" : before + std::to_string(found->second.number) + after;
      at = end + 1;
    }
    return text;
  }

  const Definition& form_;
  Numbers numbers_;
  std::vector<Block> blocks_;
};

}  // namespace

Result<std::vector<Block>> blocks_of(const forms::Definition& form) {
  Builder builder(form);
  if (builder.add(form.items, 0)) return builder.take();
  return fail(ErrorDomain::usage, ErrorCode::too_large, Retry::never, "这份问卷太长,印不到纸上。",
              "This questionnaire is too long for paper.");
}

}  // namespace doorstep::server::printing
