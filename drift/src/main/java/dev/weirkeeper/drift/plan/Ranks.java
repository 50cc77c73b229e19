package dev.weirkeeper.drift.plan;

/** The order of what is done where no dependency decides. */
final class Ranks {
  static final int NAMESPACE = 0;
  static final int DETACH = 5;
  static final int DROP_VIEW = 6;
  static final int DROP_FOREIGN_KEY = 7;
  static final int DROP_CONSTRAINT = 8;
  static final int DROP_INDEX = 9;
  static final int DROP_DEFAULT = 10;
  static final int TYPE = 20;
  static final int ALTER_TYPE = 22;
  static final int SEQUENCE = 25;
  static final int ALTER_SEQUENCE = 26;
  static final int TABLE = 30;
  static final int ALTER_TABLE = 35;
  static final int ADD_COLUMN = 40;
  static final int ALTER_COLUMN = 42;
  static final int DEFAULT = 44;
  static final int CONSTRAINT = 50;
  static final int INDEX = 55;
  static final int ATTACH = 60;
  static final int PARTITIONED_INDEX = 62;
  static final int ATTACH_INDEX = 64;
  static final int FOREIGN_KEY = 66;
  static final int OWNER = 68;
  static final int VIEW = 70;
  static final int SETTING = 80;
  static final int COMMENT = 85;
  static final int DROP_COLUMN = 90;
  static final int DROP_TABLE = 92;
  static final int DROP_SEQUENCE = 94;
  static final int DROP_TYPE = 96;
  static final int DROP_NAMESPACE = 98;

  private Ranks() {}
}
