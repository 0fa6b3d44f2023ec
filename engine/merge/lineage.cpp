#include "merge/lineage.hpp"

#include <algorithm>

#include "merge/text_code.hpp"

namespace doorstep {
namespace {

void rename(TextPatch& patch, const Meaning& meaning) {
  patch.tallest = meaning(patch.tallest);
  for (TextPatch::Insert& insert : patch.inserts)
    if (insert.after) insert.after->version = meaning(insert.after->version);
  for (TextPatch::Delete& one : patch.deletes) one.version = meaning(one.version);
  std::sort(patch.deletes.begin(), patch.deletes.end(), [](const auto& a, const auto& b) {
    return a.version < b.version || (a.version == b.version && a.range.begin < b.range.begin);
  });
}

}  // namespace

/// Of the kinds of values only a text patch has names in it, and only it is a blob.
void rename(CellWrite& write, const Meaning& meaning) {
  for (VersionName& name : write.bases) name = meaning(name);
  auto* bytes = std::get_if<Bytes>(&write.value);
  if (bytes == nullptr) return;
  auto patch = decode_patch({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
  if (!patch) return;  // Whoever applies it says so.
  rename(*patch, meaning);
  const std::string renamed = encode_patch(*patch);
  bytes->assign(renamed.begin(), renamed.end());
}

void rename(Op& op, const Meaning& meaning) {
  for (VersionName& name : op.seen) name = meaning(name);
  std::sort(op.seen.begin(), op.seen.end());
  op.seen.erase(std::unique(op.seen.begin(), op.seen.end()), op.seen.end());
  for (CellWrite& write : op.cells) rename(write, meaning);
}

bool Lineage::contains(ActorId known) const {
  return known == actor ||
         std::any_of(former.begin(), former.end(), [&](const Former& one) { return one.actor == known; });
}

ActorId Lineage::owner(GroupNumber number) const {
  for (const Former& one : former)
    if (number < one.left_at) return one.actor;
  return actor;
}

VersionName Lineage::meaning(VersionName name, ActorId author) const {
  GroupNumber first{};
  for (std::size_t i = 0; i <= former.size(); ++i) {
    const bool is_it = name.actor == (i < former.size() ? former[i].actor : actor);
    if (is_it && (name.actor == author || name.group < first))
      return {owner(name.group), name.group, name.op};
    if (is_it) return name;
    if (i < former.size()) first = former[i].left_at;
  }
  return name;
}

void Lineage::rename(CellWrite& write, ActorId author) const {
  doorstep::rename(write, [&](const VersionName& name) { return meaning(name, author); });
}

void Lineage::rename(Op& op, ActorId author) const {
  doorstep::rename(op, [&](const VersionName& name) { return meaning(name, author); });
}

bool Lineage::adopt(Group& group) const {
  const ActorId author = group.actor;
  if (!contains(author)) return false;
  group.actor = owner(group.number);
  if (former.empty()) return true;
  for (Op& op : group.ops) rename(op, author);
  return true;
}

}  // namespace doorstep
