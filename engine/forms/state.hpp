#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "forms/compiled.hpp"
#include "forms/evaluator.hpp"

/// The answers of one form while it is filled in, and what follows from them.
namespace doorstep::forms {

struct Cell {
  std::string text;   ///< As answered or calculated, relevant or not.
  std::string shown;  ///< What expressions and finished answers see.
  bool relevant = true;
  bool begun = false;  ///< The default has had its turn.
};

/// Of one scope: the form itself, or one resident.
struct Instance {
  std::vector<Cell> cells;                     ///< By slot.
  std::vector<std::vector<Instance>> repeats;  ///< By child of the scope.
  bool counted = true;                         ///< Not beyond what repeat_count says.
};

/// The instances around a place, outermost (the form itself) first, with their numbers from 0.
template <typename Node>
struct Around {
  std::vector<Node*> instances;
  std::vector<std::size_t> numbers;

  Node& innermost() const { return *instances.back(); }
};

Instance make_instance(const CompiledForm& form, std::uint32_t scope);

/// Brings relevance, defaults, calculations and repeat_counts up to date, in `order`: form.order, or any
/// other that dependencies allow. Errors (usage, too_large): it takes more than limits allow; `root` is then
/// half done, to be thrown away.
Status evaluate_form(const CompiledForm& form, const std::vector<std::uint32_t>& order, Instance& root,
                     const FormTime& time);

/// One place in a form.
struct Place {
  std::uint32_t item = kNone;
  Around<const Instance> around;
  std::string path;
  bool relevant = false;

  const Cell& cell(const CompiledForm& form) const { return around.innermost().cells[form.items[item].slot]; }
};

/// Every question and note in the form's order, and every repeat after its instances; also what is not
/// relevant.
void each_place(const CompiledForm& form, const Instance& root,
                const std::function<void(const Place&)>& visit);

/// What expressions of `item` see. Borrows everything.
class PlaceSurroundings final : public Surroundings {
 public:
  PlaceSurroundings(const CompiledForm& form, std::uint32_t item, const std::vector<const Instance*>& around,
                    const std::vector<std::size_t>& numbers, const FormTime& time)
      : form_(form), item_(item), around_(around), numbers_(numbers), time_(time) {}

  Scalar self() const override;
  Scalar answer(std::uint32_t item) const override;
  std::vector<Scalar> answers(std::uint32_t item) const override;
  Scalar indexed(std::uint32_t item, std::uint32_t repeat, double number) const override;
  double position() const override;
  std::string choice_name(std::uint32_t item, const std::string& value) const override;
  std::string column(const std::string& name) const override;
  const FormTime& time() const override { return time_; }

  /// For the filter: whose attributes column() gives.
  void look_at(const Choice& choice) { choice_ = &choice; }

 private:
  Scalar typed(const CompiledItem& item, const Cell& cell) const;

  const CompiledForm& form_;
  std::uint32_t item_;
  const std::vector<const Instance*>& around_;
  const std::vector<std::size_t>& numbers_;
  const FormTime& time_;
  const Choice* choice_ = nullptr;
};

/// The choices that the filter offers at this place.
std::vector<const Choice*> offered(const CompiledForm& form, const CompiledItem& item,
                                   PlaceSurroundings& surroundings, Budget& budget);

/// A label with the answers in it.
FormText render(const Template& text, const PlaceSurroundings& surroundings);

}  // namespace doorstep::forms
