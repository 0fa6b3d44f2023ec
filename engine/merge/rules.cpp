#include "merge/rules.hpp"

namespace doorstep {

const char* name_of(MergeKind kind) {
  switch (kind) {
    case MergeKind::latest:
      return "latest";
    case MergeKind::review:
      return "review";
    case MergeKind::max:
      return "max";
    case MergeKind::min:
      return "min";
    case MergeKind::once:
      return "once";
    case MergeKind::counter:
      return "counter";
    case MergeKind::set:
      return "set";
    case MergeKind::text:
      return "text";
    case MergeKind::workflow:
      return "workflow";
  }
  return "unknown";
}

const char* name_of(LoserKind kind) {
  switch (kind) {
    case LoserKind::concurrent:
      return "concurrent";
    case LoserKind::review:
      return "review";
    case LoserKind::late:
      return "late";
    case LoserKind::kept_alive:
      return "kept_alive";
    case LoserKind::deleted:
      return "deleted";
  }
  return "unknown";
}

std::optional<std::string> change_in_words(MergeKind kind, const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  const bool is_set_change =
      kind == MergeKind::set && text != nullptr && text->find('\n') != std::string::npos;
  const bool is_patch = kind == MergeKind::text && std::holds_alternative<Bytes>(value);
  const CellWrite write{{}, value, 0, {}};
  if ((!is_set_change && !is_patch) || !is_sound(kind, write)) return std::nullopt;
  std::string words;
  if (is_set_change) {
    const auto change = read_set_change(value);
    for (const std::string& added : change->added) words += (words.empty() ? "+" : " +") + added;
    for (const std::string& removed : change->removed) words += (words.empty() ? "−" : " −") + removed;
    return words;
  }
  const Value inserted = brought_by(kind, write);
  const auto* more = std::get_if<std::string>(&inserted);
  return more == nullptr ? std::string("−…") : "+" + *more;
}

Label rule_of(MergeKind kind) {
  switch (kind) {
    case MergeKind::latest:
      return {"后写的显示,先写的留底", "the later write shows; the other one is kept"};
    case MergeKind::review:
      return {"后写的先显示,写得不一样的请街道核对",
              "the later write shows for now; the office looks at the others"};
    case MergeKind::max:
      return {"显示最大(最晚)的一个", "the largest (latest) value shows"};
    case MergeKind::min:
      return {"显示最小(最早)的一个", "the smallest (earliest) value shows"};
    case MergeKind::once:
      return {"先写的为准,后来不同的请街道核对",
              "the first write stands; the office looks at later ones that differ"};
    case MergeKind::counter:
      return {"每个人加减的都算进去", "what everybody added and took away is summed up"};
    case MergeKind::set:
      return {"每个人加的都保留,去掉的只去掉当时看到的",
              "what anybody added stays; taking out removes only what was seen"};
    case MergeKind::text:
      return {"每个人写的字都保留", "what everybody wrote is kept, character by character"};
    case MergeKind::workflow:
      return {"同时办的,显示办得更靠后的一步,每一步都留底",
              "of steps taken at the same time the one further along shows; every step is kept"};
  }
  return {};
}

}  // namespace doorstep
