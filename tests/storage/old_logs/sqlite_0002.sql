BEGIN TRANSACTION;
CREATE TABLE hpo_alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT hpo_alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "hpo_alembic_version" VALUES('0002');
CREATE TABLE hpo_event (
	study_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	kind SMALLINT NOT NULL, 
	number INTEGER, 
	step BIGINT, 
	value DOUBLE, 
	state SMALLINT, 
	time DOUBLE, 
	body TEXT, 
	PRIMARY KEY (study_id, position), 
	FOREIGN KEY(study_id) REFERENCES hpo_study (id)
)
 WITHOUT ROWID

;
INSERT INTO "hpo_event" VALUES(2,0,0,NULL,NULL,NULL,NULL,1795818697.76998,'{"name":"single, at first","directions":[1],"seed":3}');
INSERT INTO "hpo_event" VALUES(2,1,9,NULL,NULL,NULL,NULL,NULL,'{"name":"single"}');
INSERT INTO "hpo_event" VALUES(2,2,7,NULL,NULL,NULL,NULL,NULL,'{"key":"note","value":"single","system":false}');
INSERT INTO "hpo_event" VALUES(2,3,2,NULL,NULL,NULL,NULL,1.79581869778160691259e+09,'{"parameters":{"x":0.5}}');
INSERT INTO "hpo_event" VALUES(2,4,3,0,NULL,NULL,NULL,1.79581869779088950161e+09,'{"worker":"host/25285/14bd2e13/240701"}');
INSERT INTO "hpo_event" VALUES(2,5,4,0,NULL,NULL,NULL,NULL,'[]');
INSERT INTO "hpo_event" VALUES(2,6,5,0,0,0.25,NULL,1.79581869779837965958e+09,NULL);
INSERT INTO "hpo_event" VALUES(2,7,5,0,1,1.25,NULL,1.79581869779881262783e+09,'{"pruned":false}');
INSERT INTO "hpo_event" VALUES(2,8,5,0,2,2.25,NULL,1.79581869779896163936e+09,'{"pruned":false}');
INSERT INTO "hpo_event" VALUES(2,9,1,NULL,NULL,NULL,NULL,NULL,'[["x",{"name":"FloatDistribution","attributes":{"low":-1.0,"high":1.0,"log":false,"step":null}}],["lr",{"name":"FloatDistribution","attributes":{"low":0.0001,"high":0.1,"log":true,"step":null}}],["n",{"name":"IntDistribution","attributes":{"low":1,"high":9,"log":false,"step":1}}],["kind",{"name":"CategoricalDistribution","attributes":{"choices":["a",1,null]}}]]');
INSERT INTO "hpo_event" VALUES(2,10,6,0,NULL,4.5320810718614970014e+00,1,1.79581869779912567134e+09,'{"space":"d9eef162015e69ec","parameters":{"x":0.5,"lr":0.0001914613301833,"n":7,"kind":"a"},"constraints":{"c":0.5},"user_attrs":{"odd":[{"$float":"nan"},{"$$key":"\u00e9"}]},"pruned":false}');
INSERT INTO "hpo_event" VALUES(2,11,3,NULL,NULL,NULL,NULL,1.79581869780188870433e+09,'{"worker":"host/25285/14bd2e13/240701"}');
INSERT INTO "hpo_event" VALUES(2,12,4,1,NULL,NULL,NULL,NULL,'[0.0803109032917324,0.4803442317270412,0.3868277371114808,0.0]');
INSERT INTO "hpo_event" VALUES(2,13,6,1,NULL,NULL,3,1.79581869780567312242e+09,'{"space":"d9eef162015e69ec","parameters":{"x":-0.83937819341654,"lr":0.002760785689832,"n":4,"kind":"a"},"constraints":{"c":-0.83937819341654},"user_attrs":{"odd":[{"$float":"nan"},{"$$key":"\u00e9"}]},"error":{"type":"ValueError","message":"The value nan is not acceptable.","traceback":""}}');
INSERT INTO "hpo_event" VALUES(2,14,3,NULL,NULL,NULL,NULL,1.79581869781010174755e+09,'{"worker":"host/25285/14bd2e13/240701"}');
INSERT INTO "hpo_event" VALUES(2,15,4,2,NULL,NULL,NULL,NULL,'[0.7077496670226363,0.7647160492167971,0.043217148354258494,0.0]');
INSERT INTO "hpo_event" VALUES(2,16,5,2,0,1.72639696592062880098e-01,NULL,1.7958186978176805973e+09,NULL);
INSERT INTO "hpo_event" VALUES(2,17,5,2,1,1.17263969659206290785e+00,NULL,1.79581869781818985942e+09,'{"pruned":false}');
INSERT INTO "hpo_event" VALUES(2,18,5,2,2,2.17263969659206290785e+00,NULL,1.79581869781841039655e+09,'{"pruned":false}');
INSERT INTO "hpo_event" VALUES(2,19,6,2,NULL,4.66787844242388061388e-01,1,1.79581869781858658786e+09,'{"space":"d9eef162015e69ec","parameters":{"x":0.41549933404527,"lr":0.01968557694647,"n":1,"kind":"a"},"constraints":{"c":0.41549933404527},"user_attrs":{"odd":[{"$float":"nan"},{"$$key":"\u00e9"}]},"pruned":false}');
INSERT INTO "hpo_event" VALUES(2,20,3,NULL,NULL,NULL,NULL,1.79581869782213497154e+09,'{"worker":"host/25285/14bd2e13/240701"}');
INSERT INTO "hpo_event" VALUES(2,21,4,3,NULL,NULL,NULL,NULL,'[0.19963392549830195,0.15972371780929817,0.20319531391169643,1.0]');
INSERT INTO "hpo_event" VALUES(2,22,5,3,0,3.60879114846243187475e-01,NULL,1.79581869782861828803e+09,NULL);
INSERT INTO "hpo_event" VALUES(2,23,6,3,NULL,3.60879114846243187475e-01,2,1.79581869784698033333e+09,'{"space":"d9eef162015e69ec","parameters":{"x":-0.6007321490034,"lr":0.0003014193669802,"n":2,"kind":1},"constraints":{"c":-0.6007321490034},"user_attrs":{"odd":[{"$float":"nan"},{"$$key":"\u00e9"}]},"pruned":true}');
INSERT INTO "hpo_event" VALUES(2,24,3,NULL,NULL,NULL,NULL,1.79581869785174965854e+09,'{"worker":"host/25285/14bd2e13/240701"}');
INSERT INTO "hpo_event" VALUES(2,25,4,4,NULL,NULL,NULL,NULL,'[0.7019502388875887,0.7549447696240175,0.31373810972909966,2.0]');
INSERT INTO "hpo_event" VALUES(2,26,5,4,0,1.63135595947018680051e-01,NULL,1.79581869785382938382e+09,NULL);
INSERT INTO "hpo_event" VALUES(2,27,5,4,1,1.16313559594701865229e+00,NULL,1.79581869785437726969e+09,'{"pruned":false}');
INSERT INTO "hpo_event" VALUES(2,28,5,4,2,2.16313559594701887434e+00,NULL,1.7958186978546593189e+09,'{"pruned":false}');
INSERT INTO "hpo_event" VALUES(2,29,6,4,NULL,1.42796990481905861081e+00,1,1.79581869785490560531e+09,'{"space":"d9eef162015e69ec","parameters":{"x":0.40390047777518,"lr":0.01840069847912,"n":3,"kind":null},"constraints":{"c":0.40390047777518},"user_attrs":{"odd":[{"$float":"nan"},{"$$key":"\u00e9"}]},"pruned":false}');
INSERT INTO "hpo_event" VALUES(2,30,3,NULL,NULL,NULL,NULL,1.79581869785852599142e+09,'{"worker":"host/25285/14bd2e13/240701"}');
INSERT INTO "hpo_event" VALUES(2,31,4,5,NULL,NULL,NULL,NULL,'[0.04988588817749595,0.3475366069835636,0.6444423304416637,2.0]');
INSERT INTO "hpo_event" VALUES(2,32,5,5,0,8.10410854647050094001e-01,NULL,1.79581869786238741875e+09,NULL);
INSERT INTO "hpo_event" VALUES(2,33,6,5,NULL,8.10410854647050094001e-01,2,1.79581869786283874514e+09,'{"space":"d9eef162015e69ec","parameters":{"x":-0.90022822364501,"lr":0.001103087138528,"n":6,"kind":null},"constraints":{"c":-0.90022822364501},"user_attrs":{"odd":[{"$float":"nan"},{"$$key":"\u00e9"}]},"pruned":true}');
INSERT INTO "hpo_event" VALUES(2,34,3,NULL,NULL,NULL,NULL,1.79581869786816906934e+09,'{"worker":"host/25285/14bd2e13/240701"}');
INSERT INTO "hpo_event" VALUES(2,35,4,6,NULL,NULL,NULL,NULL,'[0.798940230310723,0.6155268662232571,0.3316115815260624,2.0]');
INSERT INTO "hpo_event" VALUES(2,36,5,6,0,3.57461045192917159507e-01,NULL,1.79581869787364530564e+09,NULL);
INSERT INTO "hpo_event" VALUES(2,37,6,6,NULL,3.57461045192917159507e-01,2,1.79581869787413310997e+09,'{"space":"d9eef162015e69ec","parameters":{"x":0.59788046062145,"lr":0.007023936855803,"n":3,"kind":null},"constraints":{"c":0.59788046062145},"user_attrs":{"odd":[{"$float":"nan"},{"$$key":"\u00e9"}]},"pruned":true}');
INSERT INTO "hpo_event" VALUES(2,38,3,NULL,NULL,NULL,NULL,1.79581869788188934326e+09,'{"worker":"host/25285/14bd2e13/240701"}');
INSERT INTO "hpo_event" VALUES(2,39,4,7,NULL,NULL,NULL,NULL,'[0.21482703457360786,0.42141209287610615,0.009425413089924728,2.0]');
INSERT INTO "hpo_event" VALUES(2,40,5,7,0,3.25294480840324085058e-01,NULL,1.79581869788487029078e+09,NULL);
INSERT INTO "hpo_event" VALUES(2,41,6,7,NULL,3.25294480840324085058e-01,2,1.79581869788541507722e+09,'{"space":"d9eef162015e69ec","parameters":{"x":-0.57034593085278,"lr":0.001837537786909,"n":1,"kind":null},"constraints":{"c":-0.57034593085278},"user_attrs":{"odd":[{"$float":"nan"},{"$$key":"\u00e9"}]},"pruned":true}');
INSERT INTO "hpo_event" VALUES(2,42,3,NULL,NULL,NULL,NULL,1.79581869788706731793e+09,'{"worker":"host/25285/14bd2e13/240701"}');
INSERT INTO "hpo_event" VALUES(2,43,4,8,NULL,NULL,NULL,NULL,'[0.11839870453786205,0.38086904455099946,0.15077482923519892,1.0]');
INSERT INTO "hpo_event" VALUES(2,44,2,NULL,NULL,NULL,NULL,1.79581869788807845121e+09,'{"parameters":{"x":0.25},"user_attrs":{"queued":true}}');
INSERT INTO "hpo_event" VALUES(3,0,0,NULL,NULL,NULL,NULL,1.79581869790019440645e+09,'{"name":"several, at first","directions":[1,2],"seed":3}');
INSERT INTO "hpo_event" VALUES(3,1,9,NULL,NULL,NULL,NULL,NULL,'{"name":"several"}');
INSERT INTO "hpo_event" VALUES(3,2,7,NULL,NULL,NULL,NULL,NULL,'{"key":"note","value":"several","system":false}');
INSERT INTO "hpo_event" VALUES(3,3,2,NULL,NULL,NULL,NULL,1.79581869791992759701e+09,'{"parameters":{"x":0.5}}');
INSERT INTO "hpo_event" VALUES(3,4,3,0,NULL,NULL,NULL,1.79581869792587876322e+09,'{"worker":"host/25285/14bd2e13/240701"}');
INSERT INTO "hpo_event" VALUES(3,5,4,0,NULL,NULL,NULL,NULL,'[]');
INSERT INTO "hpo_event" VALUES(3,6,1,NULL,NULL,NULL,NULL,NULL,'[["x",{"name":"FloatDistribution","attributes":{"low":-1.0,"high":1.0,"log":false,"step":null}}],["lr",{"name":"FloatDistribution","attributes":{"low":0.0001,"high":0.1,"log":true,"step":null}}],["n",{"name":"IntDistribution","attributes":{"low":1,"high":9,"log":false,"step":1}}],["kind",{"name":"CategoricalDistribution","attributes":{"choices":["a",1,null]}}]]');
INSERT INTO "hpo_event" VALUES(3,7,6,0,NULL,NULL,1,1.79581869793294763562e+09,'{"values":[0.5,7.0],"space":"d9eef162015e69ec","parameters":{"x":0.5,"lr":0.0001914613301833,"n":7,"kind":"a"},"constraints":{"c":0.5},"user_attrs":{"odd":[{"$float":"nan"},{"$$key":"\u00e9"}]}}');
INSERT INTO "hpo_event" VALUES(3,8,3,NULL,NULL,NULL,NULL,1.79581869793663024895e+09,'{"worker":"host/25285/14bd2e13/240701"}');
INSERT INTO "hpo_event" VALUES(3,9,4,1,NULL,NULL,NULL,NULL,'[0.0803109032917324,0.4803442317270412,0.3868277371114808,0.0]');
INSERT INTO "hpo_event" VALUES(3,10,6,1,NULL,NULL,3,1.79581869793785071378e+09,'{"space":"d9eef162015e69ec","parameters":{"x":-0.83937819341654,"lr":0.002760785689832,"n":4,"kind":"a"},"constraints":{"c":-0.83937819341654},"user_attrs":{"odd":[{"$float":"nan"},{"$$key":"\u00e9"}]},"error":{"type":"ValueError","message":"The number of the values 1 did not match the number of the objectives 2.","traceback":""}}');
INSERT INTO "hpo_event" VALUES(3,11,3,NULL,NULL,NULL,NULL,1.79581869794178605077e+09,'{"worker":"host/25285/14bd2e13/240701"}');
INSERT INTO "hpo_event" VALUES(3,12,4,2,NULL,NULL,NULL,NULL,'[0.7077496670226363,0.7647160492167971,0.043217148354258494,0.0]');
INSERT INTO "hpo_event" VALUES(3,13,6,2,NULL,NULL,1,1.79581869794635295869e+09,'{"values":[0.41549933404527,1.0],"space":"d9eef162015e69ec","parameters":{"x":0.41549933404527,"lr":0.01968557694647,"n":1,"kind":"a"},"constraints":{"c":0.41549933404527},"user_attrs":{"odd":[{"$float":"nan"},{"$$key":"\u00e9"}]}}');
INSERT INTO "hpo_event" VALUES(3,14,3,NULL,NULL,NULL,NULL,1.79581869794982099531e+09,'{"worker":"host/25285/14bd2e13/240701"}');
INSERT INTO "hpo_event" VALUES(3,15,4,3,NULL,NULL,NULL,NULL,'[0.19963392549830195,0.15972371780929817,0.20319531391169643,1.0]');
INSERT INTO "hpo_event" VALUES(3,16,6,3,NULL,NULL,1,1.79581869795775079731e+09,'{"values":[-0.6007321490034,2.0],"space":"d9eef162015e69ec","parameters":{"x":-0.6007321490034,"lr":0.0003014193669802,"n":2,"kind":1},"constraints":{"c":-0.6007321490034},"user_attrs":{"odd":[{"$float":"nan"},{"$$key":"\u00e9"}]}}');
INSERT INTO "hpo_event" VALUES(3,17,3,NULL,NULL,NULL,NULL,1.79581869795981597902e+09,'{"worker":"host/25285/14bd2e13/240701"}');
INSERT INTO "hpo_event" VALUES(3,18,4,4,NULL,NULL,NULL,NULL,'[0.7019502388875887,0.7549447696240175,0.31373810972909966,2.0]');
INSERT INTO "hpo_event" VALUES(3,19,6,4,NULL,NULL,1,1.79581869796222352983e+09,'{"values":[0.40390047777518,3.0],"space":"d9eef162015e69ec","parameters":{"x":0.40390047777518,"lr":0.01840069847912,"n":3,"kind":null},"constraints":{"c":0.40390047777518},"user_attrs":{"odd":[{"$float":"nan"},{"$$key":"\u00e9"}]}}');
INSERT INTO "hpo_event" VALUES(3,20,3,NULL,NULL,NULL,NULL,1.79581869797402143484e+09,'{"worker":"host/25285/14bd2e13/240701"}');
INSERT INTO "hpo_event" VALUES(3,21,4,5,NULL,NULL,NULL,NULL,'[0.04988588817749595,0.3475366069835636,0.6444423304416637,2.0]');
INSERT INTO "hpo_event" VALUES(3,22,6,5,NULL,NULL,1,1.79581869798167586323e+09,'{"values":[-0.90022822364501,6.0],"space":"d9eef162015e69ec","parameters":{"x":-0.90022822364501,"lr":0.001103087138528,"n":6,"kind":null},"constraints":{"c":-0.90022822364501},"user_attrs":{"odd":[{"$float":"nan"},{"$$key":"\u00e9"}]}}');
INSERT INTO "hpo_event" VALUES(3,23,3,NULL,NULL,NULL,NULL,1.79581869798287844662e+09,'{"worker":"host/25285/14bd2e13/240701"}');
INSERT INTO "hpo_event" VALUES(3,24,4,6,NULL,NULL,NULL,NULL,'[0.798940230310723,0.6155268662232571,0.3316115815260624,2.0]');
INSERT INTO "hpo_event" VALUES(3,25,6,6,NULL,NULL,1,1.79581869798965215682e+09,'{"values":[0.59788046062145,3.0],"space":"d9eef162015e69ec","parameters":{"x":0.59788046062145,"lr":0.007023936855803,"n":3,"kind":null},"constraints":{"c":0.59788046062145},"user_attrs":{"odd":[{"$float":"nan"},{"$$key":"\u00e9"}]}}');
INSERT INTO "hpo_event" VALUES(3,26,3,NULL,NULL,NULL,NULL,1.79581869799382853511e+09,'{"worker":"host/25285/14bd2e13/240701"}');
INSERT INTO "hpo_event" VALUES(3,27,4,7,NULL,NULL,NULL,NULL,'[0.21482703457360786,0.42141209287610615,0.009425413089924728,2.0]');
INSERT INTO "hpo_event" VALUES(3,28,6,7,NULL,NULL,1,1795818697.99764,'{"values":[-0.57034593085278,1.0],"space":"d9eef162015e69ec","parameters":{"x":-0.57034593085278,"lr":0.001837537786909,"n":1,"kind":null},"constraints":{"c":-0.57034593085278},"user_attrs":{"odd":[{"$float":"nan"},{"$$key":"\u00e9"}]}}');
INSERT INTO "hpo_event" VALUES(3,29,3,NULL,NULL,NULL,NULL,1.79581869800187850002e+09,'{"worker":"host/25285/14bd2e13/240701"}');
INSERT INTO "hpo_event" VALUES(3,30,4,8,NULL,NULL,NULL,NULL,'[0.11839870453786205,0.38086904455099946,0.15077482923519892,1.0]');
INSERT INTO "hpo_event" VALUES(3,31,2,NULL,NULL,NULL,NULL,1.79581869800573730466e+09,'{"parameters":{"x":0.25},"user_attrs":{"queued":true}}');
CREATE TABLE hpo_lease (
	study_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	beats INTEGER NOT NULL, 
	PRIMARY KEY (study_id, number), 
	FOREIGN KEY(study_id) REFERENCES hpo_study (id)
)
 WITHOUT ROWID

;
CREATE TABLE hpo_study (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name VARCHAR(512) NOT NULL, 
	head INTEGER NOT NULL, 
	UNIQUE (name)
);
INSERT INTO "hpo_study" VALUES(2,'single',45);
INSERT INTO "hpo_study" VALUES(3,'several',32);
CREATE VIEW hpo_trial AS
WITH birth AS (
    SELECT study_id, position, kind, time,
           ROW_NUMBER() OVER (PARTITION BY study_id ORDER BY position) - 1 AS number
    FROM hpo_event AS one
    WHERE (kind = 3 AND number IS NULL) OR (kind = 2 AND NOT EXISTS (
        SELECT 1 FROM hpo_event AS earlier
        WHERE earlier.study_id = one.study_id AND earlier.kind = 2
          AND earlier.number = one.number AND earlier.position < one.position))
), claim AS (
    SELECT study_id, number, MIN(position) AS position
    FROM hpo_event WHERE kind = 3 AND number IS NOT NULL GROUP BY study_id, number
), finish AS (
    SELECT study_id, number, MIN(position) AS position
    FROM hpo_event WHERE kind = 6 GROUP BY study_id, number
)
SELECT study.name AS study,
       birth.number AS number,
       CASE WHEN ended.state = 1 THEN 'COMPLETE'
            WHEN ended.state = 2 THEN 'PRUNED'
            WHEN ended.state = 3 THEN 'FAIL'
            WHEN birth.kind = 2 AND claim.position IS NULL THEN 'WAITING'
            ELSE 'RUNNING' END AS state,
       ended.value AS value,
       CASE WHEN birth.kind = 3 THEN birth.time ELSE begun.time END AS started,
       ended.time AS finished,
       ended.body AS details
FROM birth
JOIN hpo_study AS study ON study.id = birth.study_id
LEFT JOIN claim ON claim.study_id = birth.study_id AND claim.number = birth.number
LEFT JOIN hpo_event AS begun ON begun.study_id = claim.study_id AND begun.position = claim.position
LEFT JOIN finish ON finish.study_id = birth.study_id AND finish.number = birth.number
LEFT JOIN hpo_event AS ended ON ended.study_id = finish.study_id AND ended.position = finish.position
WHERE NOT EXISTS (
    SELECT 1 FROM hpo_event AS deleted
    WHERE deleted.study_id = birth.study_id AND deleted.kind = 8 AND deleted.number = birth.number);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('hpo_study',3);
COMMIT;
