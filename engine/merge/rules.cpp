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
