#include "wire/codec.hpp"

namespace doorstep::wire {

Label sentence(HoldReason reason) {
  switch (reason) {
    case HoldReason::none:
      return {"没有问题。", "Nothing is wrong."};
    case HoldReason::outside_scope:
      return {
          "这一处不在您负责的范围内,或者街道还没有这条记录。内容已由街道保管,等街道确认。",
          "This is outside the area you answer for, or the office does not have this record. It keeps what "
          "you wrote and will decide."};
    case HoldReason::office_only:
      return {"这一项由街道填写。您写的内容已由街道保管,等街道确认。",
              "Only the office fills this in. It keeps what you wrote and will decide."};
    case HoldReason::not_permitted:
      return {"您的岗位不填写这一项。您写的内容已由街道保管,等街道确认。",
              "Your post does not fill this in. The office keeps what you wrote and will decide."};
    case HoldReason::unknown_row:
      return {"街道那边还没有这条记录。您写的内容已由街道保管,等对上后再生效。",
              "The office does not have this record yet. It keeps what you wrote until the record is found."};
    case HoldReason::invalid:
      return {"有一项填得不对。内容已由街道保管,请核对后重新填写这一项。",
              "Something was filled in wrongly. The office keeps what you wrote; please check it and enter "
              "it again."};
    case HoldReason::undecodable:
      return {"这部分内容传到街道后读不出来。原样已由街道保管,请联系街道。",
              "The office received this but cannot read it. It is kept as it came; please call the office."};
    case HoldReason::depends_on_held:
      return {"前面有一条记录还在等街道确认,这一条会跟着一起处理。",
              "An earlier record is waiting for the office; this one will be handled together with it."};
    case HoldReason::append_only:
      return {"已登记的走访和检查不能改动或删除。请另记一条更正。",
              "Visits and checks that are on record cannot be changed or removed. Please add a correction "
              "instead."};
    case HoldReason::future_birth:
      return {"这条记录的前一步还没有到街道。内容已由街道保管,等前一步到了再生效。",
              "An earlier step of this record has not reached the office. It keeps what you wrote until that "
              "comes."};
    case HoldReason::future_round:
      return {"这一项街道还没有重新打开。内容已由街道保管,等街道确认。",
              "The office has not reopened this item yet. It keeps what you wrote and will decide."};
    case HoldReason::wrong_key:
      return {"登记的门牌和记录的编号对不上。内容已由街道保管,请联系街道核对。",
              "The door and the record's number do not agree. The office keeps what you wrote; please call "
              "to check."};
    case HoldReason::unknown_pack:
      return {"填写用的表格版本街道还没有。内容已由街道保管,等街道更新后生效。",
              "The office does not have this version of the form yet. It keeps what you wrote until it has."};
    case HoldReason::not_authorised:
      return {"记录的那一天没有在任的岗位:还没有开始,或者已经结束。内容已由街道保管,等街道确认。",
              "There was no post on the day this was recorded: it had not begun, or was over. The office "
              "keeps what you wrote and "
              "will decide."};
    case HoldReason::illegal_move:
      return {"按规定不能从原来的状态直接变到这一步。内容已由街道保管,等街道确认。",
              "This step does not follow from the one before. The office keeps what you wrote and will "
              "decide."};
    case HoldReason::too_large:
      return {"这段备注太长了。内容已由街道保管,请另写一条短些的。",
              "The note has become too long. The office keeps what you wrote; please write a shorter one."};
    case HoldReason::deleted_long_ago:
      return {"这条记录很久以前就删掉了,街道没有再留它的内容。您写的已由街道保管;还需要的话,请重新登记一条。",
              "This was deleted long ago, and the office has not kept it. It keeps what you wrote; if it is "
              "still needed, please register it anew."};
    case HoldReason::read_long_ago:
      return {
          "您是照着很久以前的内容写的,街道已经没有那时的记录。您写的已由街道保管,请照现在的内容再写一次。",
          "You wrote this upon what stood there long ago, and the office no longer has that. It keeps what "
          "you wrote; please write it again upon what stands there now."};
    case HoldReason::ring_of_same:
      return {"这两条前面已经归到一起,方向正好相反。内容已由街道保管,要换方向请先撤销前面那次。",
              "These two are one already, the other way round. The office keeps what you wrote; to turn it "
              "round, undo the earlier one first."};
    case HoldReason::device_lost:
      return {"这条是手机报失以后记的。内容已由街道保管,等街道确认是不是您本人记的。",
              "This was recorded after the phone was reported lost. The office keeps it until it knows "
              "whether you wrote it."};
    case HoldReason::may_not_decide:
      return {"写得不一样的地方由负责人定。您的意见已由街道保管,等街道确认。",
              "Where people wrote different things, somebody in charge decides. The office keeps your "
              "opinion and will decide."};
    case HoldReason::missing_base:
      return {
          "您是接着别人写的一条来改的,那一条还没有到街道。内容已由街道保管,等那一条到了再生效。",
          "You built on somebody's record that has not reached the office yet. It keeps what you wrote until "
          "that comes."};
  }
  return {"内容已由街道保管,等街道确认。", "The office keeps what you wrote and will decide."};
}

}  // namespace doorstep::wire
